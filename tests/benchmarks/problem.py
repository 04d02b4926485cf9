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
