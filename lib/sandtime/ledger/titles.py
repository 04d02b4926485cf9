"""The chapters by which the ledger sorts its rows: name of the page and its short name."""

CHAPTERS = {
    "experiment": "Experiment",
    "sand": "Sand",
    "fick": "Fick",
    "utilisation": "Utilisation",
    "magnesium": "Magnesium",
    "relaxation": "Relaxation",
    "spectrum": "Spectrum",
    "interface": "Interface",
    "diffusivity": "Diffusivity",
    "xray": "X-rays",
    "pressure": "Pressure",
    "cycling": "Plating",
    "ledger": "Ledger",
}
"""Chapters that treat rows; each is a page of the book."""
