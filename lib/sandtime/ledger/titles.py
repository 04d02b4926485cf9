"""The chapters by which the ledger sorts its rows: name of the page and title."""

CHAPTERS = {
    "experiment": "The experiment in numbers",
    "sand": "Sand's equation",
    "fick": "The Fick series",
    "utilisation": "What the anode delivers",
    "magnesium": "What magnesium costs and changes",
    "relaxation": "What the rest reveals",
    "models": "Model comparison",
    "spectrum": "What a spectrum sees",
    "interface": "The interface while lithium leaves",
    "diffusivity": "How fast lithium moves",
    "xray": "The powder pattern",
    "pressure": "What pressure buys",
    "cycling": "Plating and cycling",
    "ledger": "The ledger",
}
"""Chapters that treat rows now; each is a page of the book."""

COMING = {}
"""Chapters still to come, whose rows are *not yet*: none now."""
