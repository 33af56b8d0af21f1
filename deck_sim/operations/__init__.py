"""The operations: functions that inspect and drive worlds, without HTTP."""

from deck_sim.operations import clock as clock
from deck_sim.operations import deliveries as deliveries
from deck_sim.operations import faults as faults
from deck_sim.operations import history as history
from deck_sim.operations import holds as holds
from deck_sim.operations import people as people
from deck_sim.operations import present as present
from deck_sim.operations import runs as runs
from deck_sim.operations import scenarios as scenarios
from deck_sim.operations import schemas as schemas
from deck_sim.operations import worlds as worlds
from deck_sim.operations.table import BODY as BODY
from deck_sim.operations.table import CONTROL_OPERATIONS as CONTROL_OPERATIONS
from deck_sim.operations.table import perform as perform
