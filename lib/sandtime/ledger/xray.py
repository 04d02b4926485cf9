"""Rows of the chapter *X-rays*: what a body-centred cubic pattern fixes."""

from itertools import permutations, product

from sandtime.ledger.register import settles

# The cubic groups without absences but h + k + l odd, by their rotations and reflections
# (International Tables for Crystallography, vol. A).
_GROUPS = {12: (197, 199), 24: (204, 211, 217), 48: (229,)}


@settles("identity")
def space_group_number():
    # Rotations and reflections of a cube that map corner and centre (in half edges) to themselves.
    motif = {(0, 0, 0), (1, 1, 1)}
    kept = sum(
        {
            tuple(sign * atom[axis] % 2 for sign, axis in zip(signs, turn, strict=True))
            for atom in motif
        }
        == motif
        for turn in permutations(range(3))
        for signs in product((1, -1), repeat=3)
    )
    return float(_GROUPS[kept][0]), (
        "Looked up: the number of the symbol that is printed beside it, and the only body-centred "
        f"cubic group with the {kept} operations of a motif of two like atoms. The five lines of "
        "the scan alone allow six groups."
    )
