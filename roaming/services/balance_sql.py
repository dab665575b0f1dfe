"""The one statement that settles balances: marks in, rows of `Balance` and their sums made anew, their number out.

Of a session the CDRs that stand are summed; what it is held against is the Session itself. Differences are looked for
only once every CDR of it has been assessed and none waits for staff, for until then nothing is final. The CDR to look
at first is one that is held, else the latest that is no credit. A balance is of the month in which what stands ended,
as it is billed; where nothing stands, of its Session's, whatever the clock of a CDR in doubt says. The outbox says
what was delivered; a CDR that nobody needs to be told of has no row there. Sums change by what a row says now less
what it said before: one settler at a time makes that exact.
"""

from __future__ import annotations

from roaming.models import Balance

_P = Balance.Problem
KINDS: dict[str, tuple[str, ...]] = {
    "no_cdr": (_P.NO_CDR,),
    "no_session": (_P.NO_SESSION,),
    "differs": (_P.ENERGY, _P.COST, _P.TIME),
    "undelivered": (_P.UNDELIVERED, _P.NO_RECEIVER),
    "held": (_P.ON_HOLD, _P.REJECTED),
}
"""What reconciliation tells apart; a row with several kinds of trouble counts in each."""
_CODES = ", ".join(f"('{name}', '{{{','.join(codes)}}}'::varchar[])" for name, codes in KINDS.items())

_MARKS_TO_ROWS = """
WITH taken AS (
    DELETE FROM roaming_balancemark WHERE id IN (SELECT id FROM roaming_balancemark ORDER BY id LIMIT %(batch)s)
    RETURNING country_code, party_id, key, of_cdr
), wanted AS (
    SELECT country_code, party_id, key, false AS sessionless FROM taken WHERE NOT of_cdr
    UNION
    SELECT t.country_code, t.party_id, coalesce(nullif(c.session_key, ''), t.key), coalesce(c.session_key = '', true)
    FROM taken t LEFT JOIN roaming_cdr c
        ON c.country_code = t.country_code AND c.party_id = t.party_id AND c.object_key = t.key
    WHERE t.of_cdr
), named AS (
    SELECT w.country_code, w.party_id, w.key, w.sessionless, c.id FROM wanted w JOIN roaming_cdr c
        ON c.country_code = w.country_code AND c.party_id = w.party_id AND c.session_key = w.key
    WHERE NOT w.sessionless
    UNION ALL
    SELECT w.country_code, w.party_id, w.key, w.sessionless, c.id FROM wanted w JOIN roaming_cdr c
        ON c.country_code = w.country_code AND c.party_id = w.party_id AND c.object_key = w.key
    WHERE w.sessionless
), bills AS (
    SELECT n.*, c.token_country_code, c.token_party_id, c.currency, c.start_date_time, c.end_date_time, c.credit,
        c.total_cost_excl_vat AS cost, a.verdict, coalesce(a.stands, false) AS stands,
        CASE WHEN c.credit THEN -c.total_energy_import ELSE c.total_energy_import END AS taken_kwh,
        CASE WHEN c.credit THEN -c.total_energy_export ELSE c.total_energy_export END AS given_kwh,
        d.untold, NOT c.withheld AND d.rows = 0 AND c.source_id IS NULL AND NOT EXISTS (
            SELECT 1 FROM roaming_party p WHERE p.country_code = c.token_country_code
                AND p.party_id = c.token_party_id AND p.platform_id IS NOT NULL
        ) AS nobody
    FROM named n JOIN roaming_cdr c ON c.id = n.id LEFT JOIN roaming_assessment a ON a.cdr_id = c.id
    CROSS JOIN LATERAL (
        SELECT count(*) AS rows, count(*) FILTER (WHERE o.state NOT IN ('DELIVERED', 'WITHDRAWN')) > 0 AS untold
        FROM roaming_delivery o WHERE o.module = 'cdrs' AND o.country_code = c.country_code
            AND o.party_id = c.party_id AND o.object_key = c.object_key
    ) AS d
), billed AS (
    SELECT country_code, party_id, key, sessionless, count(*) AS cdrs, count(*) FILTER (WHERE stands) AS standing,
        coalesce(sum(taken_kwh) FILTER (WHERE stands), 0) AS taken_kwh,
        coalesce(sum(given_kwh) FILTER (WHERE stands), 0) AS given_kwh,
        coalesce(sum(cost) FILTER (WHERE stands), 0) AS cost,
        count(DISTINCT currency) FILTER (WHERE stands) AS currencies,
        bool_and(verdict IS NOT NULL) AS assessed, coalesce(bool_or(verdict = 'ON_HOLD'), false) AS held,
        bool_or(verdict = 'REJECTED') AND NOT coalesce(bool_or(stands), false) AS rejected,
        bool_or(untold) AS untold, bool_or(nobody) AS nobody,
        max(end_date_time) FILTER (WHERE stands) AS stood_until,
        (array_agg(id ORDER BY verdict = 'ON_HOLD' DESC NULLS LAST, credit, id DESC))[1] AS first
    FROM bills GROUP BY country_code, party_id, key, sessionless
), held AS (
    SELECT w.country_code, w.party_id, w.key, w.sessionless, s.id AS session_id, b.first AS cdr_id,
        coalesce(s.token_country_code, c.token_country_code) AS token_country_code,
        coalesce(s.token_party_id, c.token_party_id) AS token_party_id,
        coalesce(b.stood_until, s.end_date_time, c.end_date_time, s.start_date_time) AS ended_at,
        coalesce(c.currency, s.currency) AS currency, s.kwh AS session_energy, s.total_cost AS session_cost,
        coalesce(b.cdrs, 0) AS cdrs, coalesce(b.standing, 0) AS standing, coalesce(b.taken_kwh, 0) AS taken_kwh,
        coalesce(b.given_kwh, 0) AS given_kwh, coalesce(b.cost, 0) AS cost, array_remove(ARRAY[
            CASE WHEN b.first IS NULL THEN 'no_cdr' END,
            CASE WHEN b.first IS NOT NULL AND s.id IS NULL AND NOT w.sessionless THEN 'no_session' END,
            CASE WHEN b.assessed AND NOT b.held AND b.standing > 0 AND s.status = 'COMPLETED' AND (
                abs(b.taken_kwh - s.energy_import) > %(kwh)s OR abs(b.given_kwh - s.energy_export) > %(kwh)s
            ) THEN 'energy' END,
            CASE WHEN b.assessed AND NOT b.held AND b.standing > 0 AND (
                abs(b.cost - s.total_cost) > %(money)s OR b.currencies > 1
                OR (s.total_cost IS NOT NULL AND c.currency <> s.currency)
            ) THEN 'cost' END,
            CASE WHEN b.assessed AND NOT b.held AND b.standing > 0 AND (
                abs(extract(epoch FROM c.start_date_time - s.start_date_time)) > %(seconds)s
                OR abs(extract(epoch FROM c.end_date_time - s.end_date_time)) > %(seconds)s
            ) THEN 'time' END,
            CASE WHEN b.untold THEN 'undelivered' END, CASE WHEN b.nobody THEN 'no_receiver' END,
            CASE WHEN b.held THEN 'on_hold' END, CASE WHEN b.rejected THEN 'rejected' END
        ], NULL) AS problems
    FROM wanted w
    LEFT JOIN roaming_session s ON NOT w.sessionless AND s.country_code = w.country_code
        AND s.party_id = w.party_id AND s.object_key = w.key
    LEFT JOIN billed b ON (b.country_code, b.party_id, b.key, b.sessionless)
        = (w.country_code, w.party_id, w.key, w.sessionless)
    LEFT JOIN roaming_cdr c ON c.id = b.first
    WHERE b.first IS NOT NULL OR s.status = 'COMPLETED'
), dated AS (
    SELECT held.*, date_trunc('month', ended_at AT TIME ZONE 'UTC')::date AS month FROM held
), made AS (
    INSERT INTO roaming_balance (country_code, party_id, key, sessionless, token_country_code, token_party_id, month,
        ended_at, currency, session_id, session_energy, session_cost, cdr_id, cdrs, standing, energy_import,
        energy_export, cost, problems, settled_at)
    SELECT country_code, party_id, key, sessionless, token_country_code, token_party_id, month, ended_at, currency,
        session_id, session_energy, session_cost, cdr_id, cdrs, standing, taken_kwh, given_kwh, cost, problems, %(now)s
    FROM dated
    ON CONFLICT (country_code, party_id, key, sessionless) DO UPDATE SET
        token_country_code = excluded.token_country_code, token_party_id = excluded.token_party_id,
        month = excluded.month, ended_at = excluded.ended_at, currency = excluded.currency,
        session_id = excluded.session_id, session_energy = excluded.session_energy,
        session_cost = excluded.session_cost, cdr_id = excluded.cdr_id, cdrs = excluded.cdrs,
        standing = excluded.standing, energy_import = excluded.energy_import, energy_export = excluded.energy_export,
        cost = excluded.cost, problems = excluded.problems, settled_at = excluded.settled_at
), moved AS (
    SELECT 1 AS sign, month, token_country_code, token_party_id, country_code, party_id, currency, sessionless, cdrs,
        taken_kwh, given_kwh, cost, session_energy, session_cost, problems FROM dated
    UNION ALL
    SELECT -1, b.month, b.token_country_code, b.token_party_id, b.country_code, b.party_id, b.currency, b.sessionless,
        b.cdrs, b.energy_import, b.energy_export, b.cost, b.session_energy, b.session_cost, b.problems
    FROM roaming_balance b JOIN wanted w
        ON (b.country_code, b.party_id, b.key, b.sessionless) = (w.country_code, w.party_id, w.key, w.sessionless)
), summed AS (
    INSERT INTO roaming_balancesum (month, token_country_code, token_party_id, country_code, party_id, currency, kind,
        rows, sessions, cdrs, energy_import, energy_export, cost, session_energy, session_cost)
    SELECT month, token_country_code, token_party_id, country_code, party_id, currency, kind.name, sum(sign),
        coalesce(sum(sign) FILTER (WHERE NOT sessionless AND NOT 'no_session' = ANY(problems)), 0), sum(sign * cdrs),
        sum(sign * taken_kwh), sum(sign * given_kwh), sum(sign * cost),
        sum(sign * coalesce(session_energy, 0)), sum(sign * coalesce(session_cost, 0))
    FROM moved JOIN (VALUES ('', NULL), {codes}) AS kind (name, codes)
        ON kind.codes IS NULL OR moved.problems::varchar[] && kind.codes
    GROUP BY month, token_country_code, token_party_id, country_code, party_id, currency, kind.name
    ON CONFLICT (month, token_country_code, token_party_id, country_code, party_id, currency, kind) DO UPDATE SET
        rows = roaming_balancesum.rows + excluded.rows,
        sessions = roaming_balancesum.sessions + excluded.sessions, cdrs = roaming_balancesum.cdrs + excluded.cdrs,
        energy_import = roaming_balancesum.energy_import + excluded.energy_import,
        energy_export = roaming_balancesum.energy_export + excluded.energy_export,
        cost = roaming_balancesum.cost + excluded.cost,
        session_energy = roaming_balancesum.session_energy + excluded.session_energy,
        session_cost = roaming_balancesum.session_cost + excluded.session_cost
), gone AS (
    DELETE FROM roaming_balance b USING wanted w
    WHERE (b.country_code, b.party_id, b.key, b.sessionless) = (w.country_code, w.party_id, w.key, w.sessionless)
        AND NOT EXISTS (
            SELECT 1 FROM held h WHERE (h.country_code, h.party_id, h.key, h.sessionless)
                = (w.country_code, w.party_id, w.key, w.sessionless)
        )
)
SELECT count(*) FROM taken
"""
SETTLE = _MARKS_TO_ROWS.replace("{codes}", _CODES)
