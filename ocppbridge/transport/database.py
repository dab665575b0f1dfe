"""The event loop's own connections to PostgreSQL: what the sockets ask and tell it, many stations in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
import psycopg
from django.db import connection as django_connection
from psycopg.conninfo import make_conninfo
from psycopg.types.json import set_json_loads

from ocppbridge.services.accounts import Account, Security
from ocppbridge.services.passwords import NOBODY, Secret
from ocppbridge.transport import arrays
from ocppbridge.transport.arrays import BigInts, Ints, SmallInts, Texts, Times
from ocppbridge.transport.lanes import Connection

LOOK_UP = """
SELECT q.identity, s.id, s.shard, s.country_code || '/' || s.party_id, s.password_digest, s.password_hex_digest,
    s.password_scrypt, s.blocked, s.lenient, s.boot_policy, s.boot_status, s.connection_id, s.security_minimum,
    s.security_target, s.serial_number, p.id, p.digest, p.hex_digest
FROM unnest(%b) AS q(identity) JOIN ocppbridge_station s USING (identity)
LEFT JOIN ocppbridge_passwordchange p ON p.station_id = s.id AND p.state = 'open'
"""
ISSUED = """
SELECT c.fingerprint, c.station_id, c.revoked_at IS NOT NULL, c.state = 'held' FROM ocppbridge_stationcertificate c
JOIN unnest(%b) AS q(fingerprint) USING (fingerprint) WHERE c.origin = 'signed'
"""
# Opening and closing wait for nobody: the drain has rows of stations for as long as a batch takes it, and one such row
# would hold up every station of the process. Who is locked is left out, and asked for again after LOCKED_SECONDS.
LOCKED_SECONDS = 0.1
OPEN = """
WITH new AS (
    SELECT * FROM unnest(%b, %b, %b, %b) AS new(station_id, subprotocol, peer, profile)
), old AS (
    SELECT s.id, s.connection_id FROM ocppbridge_station s JOIN new ON new.station_id = s.id
    FOR NO KEY UPDATE OF s SKIP LOCKED
), made AS (
    INSERT INTO ocppbridge_connection
        (station_id, subprotocol, node, channel, peer, security_profile, opened_at, alive_at, close_reason)
    SELECT new.station_id, new.subprotocol, %s, %s, new.peer, new.profile, now(), now(), ''
    FROM new JOIN old ON old.id = new.station_id
    RETURNING id, station_id, subprotocol, security_profile
), shut AS (
    UPDATE ocppbridge_connection c SET closed_at = now(), close_reason = 'replaced'
    FROM old WHERE c.id = old.connection_id AND c.closed_at IS NULL
    RETURNING c.id, c.station_id, c.channel
), told AS (
    UPDATE ocppbridge_station s
    SET connection_id = made.id, subprotocol = made.subprotocol, security_profile = made.security_profile,
        last_seen_at = now()
    FROM made WHERE s.id = made.station_id
)
SELECT made.station_id, made.id, shut.id, shut.channel FROM made LEFT JOIN shut USING (station_id)
"""
CLOSE = """
WITH gone AS (
    SELECT * FROM unnest(%b, %b, %b, %b) AS gone(id, at, code, reason)
), held AS (
    SELECT s.id, gone.id AS connection_id, gone.at FROM ocppbridge_station s JOIN gone ON s.connection_id = gone.id
    FOR NO KEY UPDATE OF s SKIP LOCKED
), locked AS (
    SELECT gone.id FROM gone JOIN ocppbridge_station s ON s.connection_id = gone.id
    WHERE gone.id NOT IN (SELECT connection_id FROM held)
), shut AS (
    UPDATE ocppbridge_connection c SET closed_at = gone.at, close_code = gone.code, close_reason = gone.reason
    FROM gone WHERE c.id = gone.id AND c.closed_at IS NULL AND c.id NOT IN (SELECT id FROM locked)
), told AS (
    UPDATE ocppbridge_station s SET connection_id = NULL, last_seen_at = held.at
    FROM held WHERE s.id = held.id AND s.connection_id = held.connection_id
)
SELECT id FROM locked
"""
CLAIM = """
UPDATE ocppbridge_call c SET sent_on = d.connection_id
FROM unnest(%b, %b) AS d(station_id, connection_id)
WHERE c.station_id = d.station_id AND c.state = 'queued' AND c.expires_at > now()
    AND c.sent_on IS DISTINCT FROM d.connection_id
RETURNING c.sent_on, c.created_at, c.id, c.action, c.payload, c.secret_payload, c.expires_at
"""
BEAT = """
INSERT INTO ocppbridge_node (name, started_at, alive_at, sockets) VALUES (%s, now(), now(), %s)
ON CONFLICT (name) DO UPDATE SET alive_at = now(), sockets = excluded.sockets WHERE ocppbridge_node.stopped_at IS NULL
RETURNING id
"""
# Who waits for nobody can neither hold up the beat nor be in a deadlock.
SEEN = """
WITH seen AS (
    SELECT * FROM unnest(%b, %b, %b) AS seen(station_id, connection_id, at)
), free AS (
    SELECT s.id, seen.connection_id, seen.at FROM ocppbridge_station s JOIN seen ON seen.station_id = s.id
    FOR NO KEY UPDATE OF s SKIP LOCKED
), told AS (
    UPDATE ocppbridge_station s SET last_seen_at = free.at FROM free WHERE s.id = free.id
), alive AS (
    UPDATE ocppbridge_connection c SET alive_at = free.at FROM free WHERE c.id = free.connection_id
)
SELECT station_id FROM seen LEFT JOIN free ON free.id = seen.station_id WHERE free.id IS NULL
"""
HELD = """
SELECT id, opened_at < now() - interval '30 s' FROM ocppbridge_connection WHERE node = %s AND closed_at IS NULL
"""
SLOW_PASSWORDS = "SELECT EXISTS (SELECT 1 FROM ocppbridge_station WHERE password_scrypt <> '')"


class Found(NamedTuple):
    """A station that may want to connect; `held_by` is the connection it has."""

    account: Account
    held_by: int | None


class Issued(NamedTuple):
    """A certificate that was signed for a station of ours."""

    station_id: int
    revoked: bool
    held: bool = True


class Opening(NamedTuple):
    """An upgrade that is granted."""

    station_id: int
    subprotocol: str
    peer: str
    profile: int
    node: str
    channel: str


class Opened(NamedTuple):
    """Its connection, 0 if there is none yet, and the one that it replaced."""

    connection_id: int
    replaced_id: int | None
    replaced_channel: str | None


class Closing(NamedTuple):
    """A socket that is gone."""

    connection_id: int
    at: datetime
    code: int
    reason: str


class Claimed(NamedTuple):
    """A call of ours that this connection shall send."""

    connection_id: int
    created_at: datetime
    call_id: UUID
    action: str
    payload: dict[str, Any]
    secret_payload: str
    expires_at: datetime


class Seen(NamedTuple):
    """When a station was last heard."""

    station_id: int
    connection_id: int
    at: datetime


async def connect() -> Connection:
    """A connection in autocommit, to where Django's default connection goes."""
    settings = django_connection.settings_dict
    named = {"HOST": "host", "PORT": "port", "USER": "user", "PASSWORD": "password", "NAME": "dbname"}
    words: dict[str, Any] = {libpq: settings[ours] for ours, libpq in named.items() if settings[ours]}
    words |= {name: value for name, value in settings["OPTIONS"].items() if isinstance(value, str | int)}
    made: Connection = await psycopg.AsyncConnection.connect(make_conninfo(**words), autocommit=True, connect_timeout=5)
    set_json_loads(orjson.loads, made)
    arrays.register(made)
    return made


async def look_up(connection: Connection, identities: Sequence[str], again: bool) -> Sequence[Found | None]:
    """The stations of these identities."""
    rows = await (await connection.execute(LOOK_UP, (Texts(set(identities)),), prepare=True)).fetchall()
    found = {row[0]: _found(row) for row in rows}
    return [found.get(identity) for identity in identities]


def _found(row: tuple[Any, ...]) -> Found:
    identity, pk, shard, party, plain, hexed, scrypt, blocked, lenient, policy, status, held_by = row[:12]
    minimum, target, serial_number, change_id, next_plain, next_hexed = row[12:]
    following = Secret(next_plain, next_hexed) if change_id is not None else NOBODY
    security = Security(minimum, target, serial_number, change_id, following)
    secret = Secret(plain, hexed, scrypt)
    account = Account(pk, identity, shard, party, secret, blocked, lenient, policy, status, security=security)
    return Found(account, held_by)


async def issued(connection: Connection, fingerprints: Sequence[str], again: bool) -> Sequence[Issued | None]:
    """For whom the certificates of these fingerprints were signed; None for those that we know nothing of."""
    rows = await (await connection.execute(ISSUED, (Texts(set(fingerprints)),), prepare=True)).fetchall()
    known = {row[0]: Issued(*row[1:]) for row in rows}
    return [known.get(fingerprint) for fingerprint in fingerprints]


async def open_all(connection: Connection, openings: Sequence[Opening], again: bool) -> Sequence[Opened]:
    """Make connections, but for stations that somebody has locked; of two of the same station the later replaces the
    earlier."""
    results: list[Opened | None] = [None] * len(openings)
    left = list(enumerate(openings))
    while left:
        batch = {opening.station_id: index for index, opening in reversed(left)}  # the first of each station
        chosen = [(index, opening) for index, opening in left if batch[opening.station_id] == index]
        left = [one for one in left if one not in chosen]
        stations = BigInts([opening.station_id for _, opening in chosen])
        protocols = Texts([opening.subprotocol for _, opening in chosen])
        peers = Texts([opening.peer for _, opening in chosen])
        profiles = SmallInts([opening.profile for _, opening in chosen])
        words = (stations, protocols, peers, profiles, openings[0].node, openings[0].channel)
        rows = await (await connection.execute(OPEN, words, prepare=True)).fetchall()
        made = {row[0]: Opened(*row[1:]) for row in rows}
        for index, opening in chosen:
            results[index] = made.get(opening.station_id)
    return [result or Opened(0, None, None) for result in results]


async def close_all(connection: Connection, closings: Sequence[Closing], again: bool) -> Sequence[bool]:
    """Note the ends of connections; False for those whose station somebody has locked."""
    ids, times, codes, reasons = zip(*closings, strict=True)
    rows = await connection.execute(CLOSE, (BigInts(ids), Times(times), Ints(codes), Texts(reasons)), prepare=True)
    locked = {row[0] for row in await rows.fetchall()}
    return [closing.connection_id not in locked for closing in closings]


async def claim(connection: Connection, holders: Sequence[tuple[int, int]], again: bool) -> Sequence[list[Claimed]]:
    """The calls that wait for these (station, connection)."""
    unique = set(holders)
    words = (BigInts([station for station, _ in unique]), BigInts([holder for _, holder in unique]))
    rows = await (await connection.execute(CLAIM, words, prepare=True)).fetchall()
    claimed = sorted((Claimed(*row) for row in rows), key=lambda call: (call.created_at, call.call_id))
    given: set[tuple[int, int]] = set()
    results = []
    for holder in holders:  # who asked twice in one batch gets them once
        results.append([call for call in claimed if call.connection_id == holder[1]] if holder not in given else [])
        given.add(holder)
    return results


async def beat(connection: Connection, node: str, sockets: int) -> bool:
    """Say that this node lives; False if it has been taken for dead."""
    return await (await connection.execute(BEAT, (node, sockets))).fetchone() is not None


async def held(connection: Connection, node: str) -> dict[int, bool]:
    """The connections that are open at this node, and whether for some time already."""
    return dict(await (await connection.execute(HELD, (node,))).fetchall())


async def seen(connection: Connection, sightings: Sequence[Seen]) -> list[int]:
    """Write when stations were last heard; those that somebody else has locked, to be written later."""
    stations, connections, times = zip(*sightings, strict=True)
    rows = await connection.execute(SEEN, (BigInts(stations), BigInts(connections), Times(times)))
    return [row[0] for row in await rows.fetchall()]


async def slow_passwords(connection: Connection) -> bool:
    """Whether any station has a password that is checked slowly."""
    row = await (await connection.execute(SLOW_PASSWORDS)).fetchone()
    return bool(row and row[0])
