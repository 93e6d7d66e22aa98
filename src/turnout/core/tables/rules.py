"""What may be done with the city itself (1.13, 1.17, 1.25, 2.2, 3.7, 4.13, 7.4, 7.7, 7.8, 7.17)."""

from typing import assert_never

import msgspec

from turnout.core.board import Board, Closure, HospitalState, HydrantState
from turnout.core.context import Context
from turnout.core.decision import Decision, head
from turnout.core.lookups import tables_of
from turnout.core.no import No
from turnout.core.refusals import IdentityTaken, Refusal, TablesMoved, UnknownCode, UnknownEntry, ValueNotTaken
from turnout.core.tables.commands import (
    CloseRoad,
    EndZone,
    NoteAccess,
    NoteDetailsOpened,
    NoteDoorLog,
    NoteFileOpened,
    NoteTransfersTaken,
    OpenRoad,
    OpenZone,
    PublishCatalogue,
    RemovePremise,
    RenewPremise,
    SetExercise,
    SetHospital,
    SetHydrant,
    SettlePlace,
    SignOff,
    SignOn,
    TableCommand,
    TakeGround,
    TakeGroups,
    WritePremise,
)
from turnout.core.tables.details import note_details_opened, note_file_opened
from turnout.core.tables.events import (
    AccessNoted,
    CataloguePublished,
    DoorLogNoted,
    ExerciseSet,
    GroundTaken,
    HospitalSet,
    HydrantSet,
    RoadClosed,
    RoadOpened,
    TransfersTaken,
)
from turnout.core.tables.positions import sign_off, sign_on, take_groups
from turnout.core.tables.premises import remove_premise, renew_premise, settle_place, write_premise
from turnout.core.tables.soundness import first_missing
from turnout.core.tables.zones import end_zone, ends_timer, open_zone, points_refused, until_refused
from turnout.core.timers.starting import running, timer_id
from turnout.core.units.crews import with_mutual_crews
from turnout.words.identity import AgencyId


def decide_table(board: Board, command: TableCommand, context: Context) -> Decision:  # noqa: C901  one case per command
    match command:
        case PublishCatalogue():
            return _publish(board, command, context)
        case CloseRoad():
            return _close_road(board, command, context)
        case OpenRoad():
            return _open_road(board, command, context)
        case OpenZone():
            return open_zone(board, command, context)
        case EndZone():
            return end_zone(board, command, context)
        case WritePremise():
            return write_premise(board, command, context)
        case RenewPremise():
            return renew_premise(board, command, context)
        case SettlePlace():
            return settle_place(board, command, context)
        case RemovePremise():
            return remove_premise(board, command, context)
        case SetHospital():
            return _set_hospital(board, command, context)
        case SetHydrant():
            return _set_hydrant(board, command, context)
        case SignOn():
            return sign_on(board, command, context)
        case SignOff():
            return sign_off(board, command, context)
        case TakeGroups():
            return take_groups(board, command, context)
        case SetExercise():
            return [] if board.exercise == command.on else [ExerciseSet(**head(context), on=command.on)]
        case NoteDetailsOpened():
            return note_details_opened(board, command, context)
        case NoteFileOpened():
            return note_file_opened(board, command, context)
        case NoteTransfersTaken():
            return [TransfersTaken(**head(context), agency=AgencyId(command.agency), upto=command.upto)]
        case NoteAccess():
            return [AccessNoted(**head(context), **msgspec.structs.asdict(command))]
        case NoteDoorLog():
            return [DoorLogNoted(**head(context), **msgspec.structs.asdict(command))]
        case TakeGround():
            return [GroundTaken(**head(context), version=command.version, note=command.note)]
        case _:
            assert_never(command)


def _publish(board: Board, command: PublishCatalogue, context: Context) -> Decision:
    """Into force at once (7.7). An earlier one is put back by publishing it again. Never over what one has not seen."""
    held = board.catalogue.version if board.catalogue is not None else ""
    if command.over and command.over != held:
        return TablesMoved(seen=command.over, version=held)
    missing = first_missing(command.catalogue)
    if missing is not None:
        return missing
    tables = with_mutual_crews(command.catalogue)
    return [CataloguePublished(**head(context), catalogue=tables, note=command.note, reverts=command.reverts)]


def _close_road(board: Board, command: CloseRoad, context: Context) -> Decision:
    refusal: Refusal | None = points_refused(command.line) or until_refused(command.until, context.at)
    if refusal is not None:
        return refusal
    if command.closure_id in board.closures or command.closure_id in board.special_zones:
        return IdentityTaken(kind="closure", value=command.closure_id)
    if not 0.0 <= command.slowdown < 1.0:
        return ValueNotTaken(field="slowdown", value=command.slowdown)
    if not 0.0 < command.radius_m <= 10_000.0:
        return ValueNotTaken(field="radius_m", value=command.radius_m)
    closure = Closure(
        id=command.closure_id,
        line=command.line,
        radius_m=command.radius_m,
        slowdown=command.slowdown,
        reason=command.reason,
        since=context.at,
        until=command.until,
        by=context.actor.id,
    )
    return [RoadClosed(**head(context), closure=closure, starts=ends_timer(closure.id, command.until, context))]


def _open_road(board: Board, command: OpenRoad, context: Context) -> Decision:
    if command.closure_id not in board.closures:
        return UnknownEntry(kind="closure", entry=command.closure_id)
    stops = running(board, [timer_id("zone-ends", command.closure_id)])
    return [RoadOpened(**head(context), closure=command.closure_id, stops=stops)]


def _set_hospital(board: Board, command: SetHospital, context: Context) -> Decision:
    tables = tables_of(board)
    if isinstance(tables, No):
        return tables
    if command.hospital not in tables.hospitals:
        return UnknownCode(kind="hospital", value=command.hospital)
    if command.beds is not None and command.beds < 0:
        return ValueNotTaken(field="beds", value=command.beds)
    hospital = HospitalState(
        id=command.hospital, diversion=command.diversion, beds=command.beds, note=command.note, at=context.at
    )
    return [HospitalSet(**head(context), hospital=hospital)]


def _set_hydrant(board: Board, command: SetHydrant, context: Context) -> Decision:
    tables = tables_of(board)
    if isinstance(tables, No):
        return tables
    if command.hydrant not in tables.hydrants:
        return UnknownCode(kind="hydrant", value=command.hydrant)
    hydrant = HydrantState(id=command.hydrant, out_of_service=command.out_of_service, note=command.note, at=context.at)
    return [HydrantSet(**head(context), hydrant=hydrant)]
