"""Strings that only look like a disguise."""

from __future__ import annotations

import base64
import hashlib
import uuid

import numpy as np


def harmless_strings(count: int, seed: int) -> dict[str, list[str]]:
    """Make strings that mean nothing and must offend nobody.

    Args:
        count: Strings of each kind.
        seed: Of the draw.

    Returns:
        Comments by kind: ids, hashes, phone numbers, prices, number plates, codes, encoded bytes,
        lines of code.
    """
    random = np.random.default_rng(seed)
    digests = [hashlib.sha256(f"{seed} {n}".encode()).hexdigest() for n in range(count)]
    digits = ["".join(map(str, random.integers(0, 10, 9))) for _ in range(count)]
    letters = ["".join(chr(65 + c) for c in random.integers(0, 26, 4)) for _ in range(count)]
    return {
        "UUID": [f"The request id was {uuid.UUID(one[:32])}." for one in digests],
        "hash": [f"sha256 of the file: {one}" for one in digests],
        "commit": [f"Fixed in {one[:9]} on main." for one in digests],
        "encoded bytes": [
            f"Token: {base64.b64encode(bytes.fromhex(one[:36])).decode()}" for one in digests
        ],
        "phone number": [f"The hotline is 0{one[:3]} {one[3:6]} {one[6:]}." for one in digits],
        "price": [f"It cost {one[:2]},{one[2:5]} dinars in {one[5:9]}." for one in digits],
        "number plate": [
            f"A grey car, plate {word} {one[:4]}, blocked the gate."
            for word, one in zip(letters, digits, strict=True)
        ],
        "product code": [
            f"The {word}-{one[:3]} is out of stock."
            for word, one in zip(letters, digits, strict=True)
        ],
        "line of code": [
            f"for i in range({one[:2]}): total_{word.lower()} += x[i] * 0x{one[2:5]}"
            for word, one in zip(letters, digits, strict=True)
        ],
    }
