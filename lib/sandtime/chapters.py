"""The chapters by which the ledger sorts its rows: name of the page and title."""

CHAPTERS = {
    "experiment": "The experiment in numbers",
    "sand": "Sand's equation",
    "fick": "The Fick series",
    "utilisation": "What the anode delivers",
    "magnesium": "What magnesium costs and changes",
    "relaxation": "What the rest reveals",
    "xray": "The powder pattern",
    "pressure": "What pressure buys",
    "models": "Model comparison",
    "diffusivity": "The Sand plot from impedance",
    "spectrum": "The spectrum",
    "interface": "What the interface capacitance says",
    "cycling": "Plating and cycling",
    "ledger": "The ledger",
}
"""Chapters that treat rows now; each is a page of the book."""

COMING = {}
"""Chapters still to come, whose rows are *not yet*."""
