"""Invented comments whose scores are stored with each model and checked whenever it is loaded."""

from __future__ import annotations

from typing import Final

GOLDEN_TEXTS: Final = (
    "Thank you for this careful report.",
    "Your headline is misleading and the editors should correct it.",
    "You are an idiot and everybody here knows it.",
    "This is a f*cking disgrace!!!",
    "The army killed four militants near the border, the ministry said.",
    "Somebody should put a bullet in that minister's head.",
    "Send all these foreigners back, they are parasites.",
    "The road was closed for a week. Nobody told us why. You idiots should be shot. It rained.",
    "Earn $500 a day from home, write to me at www.example.com now",
    "Please subscribe to my channel, I talk about politics every day",
    "I d i o t, sh1t, a$$ and ｆｕｌｌｗｉｄｔｈ 😀",
    "هذا تعليق بالعربية",
    "12345 !!! ???",
)
"""Ordinary and offending, masked and in another script: each path of the scorer is taken once."""
