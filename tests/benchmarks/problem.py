"""The question every contestant answers, in SI: when does the surface of the slab run dry?

A slab of lithium–magnesium, blocked on one side, gives lithium on the other at a constant current
density; when does the concentration there reach the cut-off?
"""

THICKNESS = 25e-6  # m
DIFFUSIVITY = 3e-15  # m²/s
INITIAL = 69.6e3  # mol/m³
CUTOFF = 24.0e3  # mol/m³
CURRENTS = (0.1, 1.0, 10.0)  # A/m²: 10, 100 and 1000 µA/cm²
F = 96485.33212331001  # C/mol

# What those who solve the equation on a mesh are given.
VOLUMES = 100
RTOL = 1e-6

# A second question, for a diffusivity that varies fifty-fold: D = D* / (1 + 9 c/c0)², the law of a
# receding alloy in coordinates that move with its magnesium.  While the current has not felt the
# far side, a closed form answers it (`sandtime.sand.receding_depletion_time`).
STORM_DIFFUSIVITY = 3e-14  # m²/s, D* above
STORM_RATIO = 9.0  # lithium per magnesium at the start
STORM_CUTOFF = (1 / 0.69 - 1) / STORM_RATIO  # of the initial concentration
STORM_CURRENTS = (3.0,)  # A/m²

# A third question: D grows as the lithium goes, D exp(1 − c/c0), to nearly twice at the cut-off.
MILD_CURRENTS = CURRENTS

# A fourth: ten steps with this D, pulses and relaxations in turn; where is the interface then?
PULSES = (1.0, 0.0, 2.0, 0.0, -0.5, 0.0, 3.0, 0.0, 1.0, 0.5)  # A/m²
PROGRAMME = tuple((current, 3600.0) for current in PULSES)  # A/m², s
