"""The measurement re-created: which cells, what each spectrum would be, and what an analysis says.

The paper's raw spectra are not public.  `protocol` holds what is known of the cells and how they
were measured.  `lithium`, `alloy` and `interface` say what each cell does, `truth` keeps it, and
`calibration` shows what was adjusted to what is reported.  `measurement` makes spectra of it, with
noise and drift; `series` is what is handed over, synthetic or read from files.  `analysis` fits it
into a `result`, and `comparison` lays that beside the truth.

The analysis imports nothing of the truth, and yet shares three things with it: the circuit is that
of the generator, the exponents it holds are the generator's values, and of synthetic spectra it
gets the generator's noise.  That is an **inverse crime**: what comes out shows what noise and drift
do if the circuit is exact.  `foreign` makes spectra of the same cells by other means, which the
same analysis gets unchanged.
"""

from sandtime.campaign.analysis import Results, analyse, analyse_all
from sandtime.campaign.calibration import Calibration, calibration
from sandtime.campaign.comparison import Comparison, compare
from sandtime.campaign.foreign import Foreign, foreign
from sandtime.campaign.measurement import measure, profile, run
from sandtime.campaign.protocol import (
    AREA,
    CIRCUIT,
    CRITERION,
    FREQUENCY,
    INTERFACE_ENERGY,
    ROOM,
    SWEEP,
    Cell,
    cell,
    cells,
    noise,
    noisy,
    point_times,
    resistance_factor,
)
from sandtime.campaign.result import Result
from sandtime.campaign.series import Series
from sandtime.campaign.truth import Truth, truth

__all__ = [
    "AREA", "CIRCUIT", "CRITERION", "FREQUENCY", "INTERFACE_ENERGY", "ROOM", "SWEEP",
    "Calibration", "Cell", "Comparison", "Foreign", "Result", "Results", "Series", "Truth",
    "analyse", "analyse_all", "calibration", "cell", "cells", "compare", "foreign", "measure",
    "noise", "noisy", "point_times", "profile", "resistance_factor", "run", "truth",
]  # fmt: skip
