"""Physical constants and unit multipliers (chapter *Notation*).

Everything inside the library is in SI units.  A value is written with a multiplier and shown
divided by one, so that the unit stands next to the number wherever a person reads it:

>>> thickness = 25 * um
>>> diffusivity = 3e-11 * cm**2 / s
>>> round(thickness**2 / diffusivity / hour, 1)
57.9

The constants are CODATA values from `scipy.constants`; `F`, `R`, `k_B` and `N_A` are exact since
the 2019 redefinition of the SI.
"""

from scipy import constants as _codata

# Constants
F = _codata.value("Faraday constant")  # C/mol
R = _codata.R  # J/(mol K)
k_B = _codata.k  # J/K, for energies per particle
N_A = _codata.N_A  # 1/mol

# Time
s = 1.0
minute = 60.0
hour = 3600.0
day = 86400.0

# Length
m = 1.0
angstrom = 1e-10
nm = 1e-9
um = 1e-6
mm = 1e-3
cm = 1e-2

# Angle
rad = 1.0
degree = 0.017453292519943295  # π/180

# Electricity
A = 1.0
mA = 1e-3
uA = 1e-6
V = 1.0
mV = 1e-3
mAh = mA * hour
ohm = 1.0
kohm = 1e3
S = 1.0
Hz = 1.0
kHz = 1e3
MHz = 1e6

# Amount and mass
mol = 1.0
mmol = 1e-3
kg = 1.0
g = 1e-3

# Energy, temperature and pressure
J = 1.0
kJ = 1e3
eV = _codata.eV
K = 1.0
Pa = 1.0
MPa = 1e6
GPa = 1e9


def celsius(temperature):
    """Thermodynamic temperature, in K, of a temperature given in degrees Celsius.

    >>> celsius(25)
    298.15
    """
    return temperature + _codata.zero_Celsius


def to_celsius(temperature):
    """Temperature in degrees Celsius of a thermodynamic temperature given in K.

    >>> to_celsius(298.15)
    25.0
    """
    return temperature - _codata.zero_Celsius
