"""The decentralised control structure of the public Tennessee Eastman data sets d00 to d21, as a table.

Source of the figures: P. R. Lyman and C. Georgakis, "Plant-wide control of the Tennessee Eastman problem",
Computers and Chemical Engineering 19 (1995) 321-331, in the discrete form and with the tuning of the public program
``temain_mod.f`` (E. L. Russell, L. H. Chiang and R. D. Braatz, University of Illinois, 1998-2002), which recorded
the data sets of "Fault Detection and Diagnosis in Industrial Systems" (Springer, 2001).

Numbers of loops are those of the program. Loop 12 does not exist there. Loop 22 (separator pressure on the purge
valve) is written in the program but never called, so it is not in this table; its set point, 2633.7 kPa, returns as
the release level of :data:`PURGE_OVERRIDE`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Loop:
    """One control loop in velocity form, every error in percent of ``span``.

    Each ``period`` seconds: ``error = (setpoint - measured) * 100 / span`` and
    ``move = gain * (error - last_error + error * period / reset_time)``, without the last term when ``reset_time`` is
    None. ``move`` is added to the valve (percent), or, as percent of that loop's span, to another loop's set point.
    """

    id: int
    name: str
    measured: str  # XMEAS_n
    manipulated: str  # XMV_n, or the name of the loop whose set point it moves
    gain: float  # percent of output by percent of span
    reset_time: float | None  # seconds
    period: int  # seconds
    setpoint: float  # in the unit of the measurement, base case (mode 1)
    span: float  # in the unit of the measurement
    unit: str


@dataclass(frozen=True, slots=True)
class Override:
    """The high and low override of the purge valve on the separator's pressure (XMEAS_13, kPa gauge).

    At ``high`` the valve opens fully, at ``low`` it shuts; both hold until the pressure comes back to ``release``, when
    valve and set point of the purge loop return to their base values.
    """

    measured: str
    high: float
    low: float
    release: float
    valve: float  # percent after release
    setpoint: float  # kscmh after release


# In the order in which the program runs them: a cascade's outer loop acts on the inner loop three seconds later.
LOOPS: tuple[Loop, ...] = (
    Loop(1, "d_feed_flow", "XMEAS_2", "XMV_1", 1.0, None, 3, 3664.0, 5811.0, "kg/h"),
    Loop(2, "e_feed_flow", "XMEAS_3", "XMV_2", 1.0, None, 3, 4509.3, 8354.0, "kg/h"),
    Loop(3, "a_feed_flow", "XMEAS_1", "XMV_3", 1.0, None, 3, 0.25052, 1.017, "kscmh"),
    Loop(4, "ac_feed_flow", "XMEAS_4", "XMV_4", 1.0, None, 3, 9.3477, 15.25, "kscmh"),
    Loop(5, "recycle_flow", "XMEAS_5", "XMV_5", -0.083, 1.0, 3, 26.902, 53.0, "kscmh"),
    Loop(6, "purge_flow", "XMEAS_10", "XMV_6", 1.22, None, 3, 0.33712, 1.0, "kscmh"),
    Loop(7, "separator_level", "XMEAS_12", "XMV_7", -2.06, None, 3, 50.0, 70.0, "%"),
    Loop(8, "stripper_level", "XMEAS_15", "XMV_8", -1.62, None, 3, 50.0, 70.0, "%"),
    Loop(9, "steam_flow", "XMEAS_19", "XMV_9", 0.41, None, 3, 230.31, 460.0, "kg/h"),
    Loop(10, "reactor_coolant_temperature", "XMEAS_21", "XMV_10", -1.56, 1452.0, 3, 94.599, 150.0, "Cel"),
    Loop(11, "production_flow", "XMEAS_17", "XMV_11", 1.09, 2600.0, 3, 22.949, 46.0, "m3/h"),
    Loop(16, "stripper_temperature", "XMEAS_18", "steam_flow", 0.169, 236.0, 3, 65.731, 130.0, "Cel"),
    Loop(17, "reactor_level", "XMEAS_8", "ac_feed_flow", 1.11, 3168.0, 3, 75.0, 50.0, "%"),
    Loop(18, "reactor_temperature", "XMEAS_9", "reactor_coolant_temperature", 28.3, 982.0, 3, 120.4, 150.0, "Cel"),
    Loop(13, "feed_a_fraction", "XMEAS_23", "a_feed_flow", 18.0, 3168.0, 360, 32.188, 100.0, "mol%"),
    Loop(14, "feed_d_fraction", "XMEAS_26", "d_feed_flow", 8.3, 3168.0, 360, 6.882, 100.0, "mol%"),
    Loop(15, "feed_e_fraction", "XMEAS_27", "e_feed_flow", 2.37, 5069.0, 360, 18.776, 100.0, "mol%"),
    Loop(19, "purge_b_fraction", "XMEAS_30", "purge_flow", -83.2 / 15.0, 6336.0, 360, 13.823, 26.0, "mol%"),
    Loop(20, "product_e_fraction", "XMEAS_38", "stripper_temperature", -3.26, 12408.0, 900, 0.8357, 1.6, "mol%"),
)

PURGE_OVERRIDE = Override("XMEAS_13", high=2950.0, low=2300.0, release=2633.7, valve=40.06, setpoint=0.33712)

# XMV_12 (the agitator) has no loop; the program leaves it at the base case. Percent.
BASE_XMV: tuple[float, ...] = (
    63.053,
    53.980,
    24.644,
    61.302,
    22.210,
    40.064,
    38.100,
    46.534,
    47.446,
    41.106,
    18.114,
    50.0,
)

CONTROL_PERIOD_S = 3
INTEGRATION_STEP_S = 1
