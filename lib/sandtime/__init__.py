"""The library behind *Sand's Time*: closed forms, data and figures for one paper, re-derived.

One idea, one module, one chapter.  `units` and `checks` are the ground floor; above them stand the
physics (`arrhenius`, `materials`, `sand`, `slab`), then what compares it with print (`ledger`) and
what shows it (`figures`, `interactive`).  Inside, everything is in SI units.

A value out of range raises a `ValueError` that names the argument, the value, its unit and what is
allowed, and so do shapes that do not broadcast; docstrings speak of errors where more can go wrong.
What a module says of an argument once holds for its other functions, "as in `x`".

The paper: T. Krauskopf, B. Mogwitz, C. Rosenbach, W. G. Zeier and J. Janek, *Diffusion Limitation
of Lithium Metal and Li-Mg Alloy Anodes on LLZO Type Solid Electrolytes as a Function of Temperature
and Pressure*, Adv. Energy Mater. 9 (2019) 1902568, https://doi.org/10.1002/aenm.201902568.
"""

__version__ = "0.1.0"
