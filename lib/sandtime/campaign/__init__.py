"""The measurement re-created: which cells, what each spectrum would be, and what an analysis says.

The paper's raw spectra are not public.  `protocol` holds what is known of the cells and how they
were measured.  `lithium`, `alloy` and `interface` say what each cell does, `truth` keeps it, and
`calibration` shows what was adjusted to what is reported.  `measurement` makes spectra of it, with
noise and drift; `series` is what is handed over, synthetic or read from files.  `analysis` fits it
into a `result` and knows nothing of the truth.
"""

from sandtime.campaign.analysis import Results, analyse, analyse_all
from sandtime.campaign.calibration import Calibration, calibration
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
    point_times,
    resistance_factor,
)
from sandtime.campaign.result import Result
from sandtime.campaign.series import Series
from sandtime.campaign.truth import Truth, truth

__all__ = [
    "AREA", "CIRCUIT", "CRITERION", "FREQUENCY", "INTERFACE_ENERGY", "ROOM", "SWEEP",
    "Calibration", "Cell", "Result", "Results", "Series", "Truth",
    "analyse", "analyse_all", "calibration", "cell", "cells", "measure", "noise", "point_times",
    "profile", "resistance_factor", "run", "truth",
]  # fmt: skip
