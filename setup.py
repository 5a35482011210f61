"""What pyproject.toml cannot say: the wheel carries the shipped model inside `scoring`."""

from pathlib import Path

from setuptools import find_packages, setup

VERSION = Path(__file__).with_name("models").joinpath("CURRENT").read_text(encoding="utf-8").strip()

setup(
    packages=[
        *find_packages(include=["scoring*", "training*", "service*"]),
        "scoring.shipped_models",
    ],
    package_dir={"scoring.shipped_models": "models"},
    package_data={
        "scoring": ["py.typed", "model/common_tokens.txt"],
        "service.console": ["*.html", "*.css", "*.js"],
        "service.documents": ["*.js", "*.json"],
        "service": ["wire/perspective_discovery.json", "wire/perspective_map.json"],
        "scoring.shipped_models": ["CURRENT", f"{VERSION}/*"],
    },
)
