"""One reader a source: a function from the folder of a source to a row table.

The entry of a source in data/sources.toml names its reader by a key of `READERS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, TypeAlias

import pandas as pd

from training.sources.readers import (
    benchmarks,
    civil,
    compressed,
    conversation,
    hate,
    jigsaw,
    pools,
    promotion,
    releases,
    social,
    toxicity,
)

Reader: TypeAlias = Callable[[Path], pd.DataFrame]

READERS: Final[Mapping[str, Reader]] = {
    "civil_comments": releases.read_civil_comments,
    "jigsaw_2018": releases.read_jigsaw_2018,
    "civil_houma": civil.read_civil_houma,
    "civil_aayan": civil.read_civil_aayan,
    "civil_toxicspans": civil.read_civil_toxicspans,
    "jigsaw_furkan": jigsaw.read_jigsaw_furkan,
    "jigsaw_hieu2000": jigsaw.read_jigsaw_hieu2000,
    "jigsaw_khanhhk20k": jigsaw.read_jigsaw_khanhhk20k,
    "jigsaw_houma": jigsaw.read_jigsaw_houma,
    "jigsaw_ak5000": jigsaw.read_jigsaw_ak5000,
    "jigsaw_ippd": jigsaw.read_jigsaw_ippd,
    "jigsaw_pc2": toxicity.read_jigsaw_pc2,
    "jigsaw_sentences": toxicity.read_jigsaw_sentences,
    "sbic": toxicity.read_sbic,
    "davidson": social.read_davidson,
    "olid": social.read_olid,
    "misogyny_reddit": social.read_misogyny_reddit,
    "edos": hate.read_edos,
    "hatexplain_magpie": hate.read_hatexplain_magpie,
    "mhs_ken20": hate.read_mhs_ken20,
    "dynahate_dyn21": hate.read_dynahate_dyn21,
    "hatemoji": hate.read_hatemoji,
    "gabhate": hate.read_gabhate,
    "convabuse": conversation.read_convabuse,
    "paradetox": conversation.read_paradetox,
    "youtube_spam": promotion.read_youtube_spam,
    "sms_spam": promotion.read_sms_spam,
    "civil_toxicspans_test": civil.read_civil_toxicspans_test,
    "edos_test": benchmarks.read_edos_test,
    "olid_test": benchmarks.read_olid_test,
    "mhs_test": benchmarks.read_mhs_test,
    "hatemoji_check": benchmarks.read_hatemoji_check,
    "hatecheck": benchmarks.read_hatecheck,
    "madlibs": benchmarks.read_madlibs,
    "wiki_nonfuzzed": benchmarks.read_wiki_nonfuzzed,
    "wiki_perspective2k": benchmarks.read_wiki_perspective2k,
    "civil_marco": pools.read_civil_marco,
    "reddit_worldnews": pools.read_reddit_worldnews,
    "reddit_moderated": pools.read_reddit_moderated,
    "youtube_gulf": pools.read_youtube_gulf,
    "youtube_mixed": pools.read_youtube_mixed,
    "youtube_ukraine": pools.read_youtube_ukraine,
    "c3": compressed.read_c3,
    "openai_moderation": compressed.read_openai_moderation,
}
