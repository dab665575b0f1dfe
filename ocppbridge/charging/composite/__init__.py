"""The composite schedule: what all the profiles on a station come to, second by second. Theory of operation:

1. A profile is laid on a line of seconds (`timeline`): its schedule begins at its own start (Absolute), at that
   time of every day or week since (Recurring; by the clock of the place where it says useLocalTime, so a day may have
   23 or 25 hours), when charging began (Relative; without a transaction, when we ask), or whenever it was written last
   (Dynamic). An occurrence ends with its duration, or where the next begins; validFrom, validTo, maxOfflineDuration cut
   it.
2. Profiles of one purpose are stacked (`stacking`): at each instant the highest level that has something to say leads;
   where it ends, the next lower goes on. At the same level an EVSE's own goes before one for the whole station.
3. Of the purposes for transactions one speaks at a time: PriorityCharging if it is activated, else TxProfile (of the
   running transaction only), else TxDefaultProfile.
4. What is left is met all at once (`meeting`): the lowest of limits holds and the discharge limit nearest to nothing;
   a setpoint is held between them. LocalGeneration is added to what limits the grid (`Situation.raised`; both
   ChargingStationMaxProfile and ChargingStationExternalConstraints, unless a decision says otherwise), never to what
   a transaction may have or a connector is built for.
5. All in the unit asked for: W = A × volts × phases. What is rounded, is rounded towards drawing and giving less.

1.6 says ChargePointMaxProfile and knows the first three purposes; the rules are the same. `minChargingRate` limits
nothing, `randomizedDelay` cannot be known: neither changes the schedule (`schedule_check` forgives the latter).
"""

from ocppbridge.charging.composite.composing import GRID, Asked, Composite, Running, Situation, composite
from ocppbridge.charging.composite.units import Supply

__all__ = ["GRID", "Asked", "Composite", "Running", "Situation", "Supply", "composite"]
