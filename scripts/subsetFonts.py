"""Makes the fonts of the first screen: `pip install fonttools brotli && python3 scripts/subsetFonts.py`.

From the Latin files of the @fontsource packages: printable ASCII and the few other characters of the page's own words, weights 400 to 650, the features that
the page uses. Every other character comes from the packages' files, when a text has it (theme/fonts/fonts.css). To be run again when a package changes.
"""
import os
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
# No-break space, middle dot, times, ellipsis, minus; theme/fonts/fonts.css names the same ranges.
CHARACTERS = [*range(0x20, 0x7F), 0xA0, 0xB7, 0xD7, 0x2026, 0x2212]


def make(package: str, features: list[str], more: list[int]) -> None:
    font = TTFont(f"{ROOT}/node_modules/@fontsource-variable/{package}/files/{package}-latin-wght-normal.woff2")
    options = subset.Options(layout_features=features, hinting=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=CHARACTERS + more)
    subsetter.subset(font)
    font = instancer.instantiateVariableFont(font, {"wght": (400, 650)})
    font.flavor = "woff2"
    out = f"{ROOT}/src/designer/theme/fonts/{package}-ascii.woff2"
    font.save(out)
    print(out, os.path.getsize(out))


# With degree, en dash and apostrophe.
make("inter", ["kern", "calt", "tnum"], [0xB0, 0x2013, 0x2019])
make("jetbrains-mono", [], [])
