"""Decisions on the OCPI side: lists, objects, who sees what, credentials, commands."""

from __future__ import annotations

from roaming.decisions.decision import Decision, Feature, Kind, Scope, between
from roaming.decisions.registry import register

PARTNER = frozenset({Scope.HUB, Scope.PARTNER})

register(
    Decision(
        id="DATE-FILTER-BASIS",
        kind=Kind.SPEC_SILENT,
        title="What date_from and date_to are compared with",
        section="OCPI 2.2.1 paginated request (PAG-02)",
        question="An object reaches the hub later than its last_updated says: does a delta pull find it?",
        options={
            "stored": "the moment the hub stored the change, never earlier than last_updated: nothing is missed",
            "last_updated": "last_updated of the object, by the letter: what arrives late is invisible to delta pulls",
        },
        default="stored",
        applied_in="roaming.services.lists",
        scopes=PARTNER,
        reached=Feature.PLATFORMS,
    )
)
register(
    Decision(
        id="PAGE-LIMIT-MEANING",
        kind=Kind.SPEC_SILENT,
        title="What X-Limit says when the client asked for less than the maximum",
        section="OCPI 2.2.1 paginated response (PAG-10)",
        question="Is X-Limit the server's maximum or the limit that was applied?",
        options={"effective": "the smaller of the asked limit and the maximum", "maximum": "always the maximum"},
        default="effective",
        applied_in="roaming.services.lists",
        scopes=PARTNER,
        reached=Feature.PLATFORMS,
    )
)
register(
    Decision(
        id="SESSIONS-DATE-FROM",
        kind=Kind.VENDOR_DEPENDENT,
        title="A list of sessions without date_from",
        section="OCPI 2.2.1 sessions, sender GET (SES-02)",
        question="date_from is required for sessions only, and many clients leave it out: refuse them?",
        options={"lenient": "answer as if date_from were the beginning", "required": "2001, by the letter"},
        default="lenient",
        applied_in="roaming.modules.sessions",
        scopes=PARTNER,
        reached=Feature.PLATFORMS,
    )
)
register(
    Decision(
        id="OLDER-LAST-UPDATED",
        kind=Kind.SPEC_SILENT,
        title="A push that is older than what is stored",
        section="OCPI 2.2.1 client owned objects (COO-13, S31)",
        question="Pushes overtake each other: how is the older one answered?",
        options={"acknowledge": "1000, the newer object is kept", "refuse": "2001, the newer object is kept"},
        default="acknowledge",
        applied_in="roaming.services.objects",
        scopes=PARTNER,
        reached=Feature.PLATFORMS,
    )
)
register(
    Decision(
        id="VISIBILITY-DEFAULT",
        kind=Kind.POLICY_DEPENDENT,
        title="Two parties without an agreement",
        section="OCPI 2.2.1 hubs (HUB-32)",
        question="Do parties see each other's locations and tariffs before they have agreed?",
        options={
            "open": "yes, unless an agreement between them is suspended",
            "agreement": "no: every pair needs an agreement",
        },
        default="open",
        applied_in="roaming.services.visibility",
        reached=Feature.PLATFORMS,
    )
)
register(
    Decision(
        id="REQUIRED-ENDPOINTS",
        kind=Kind.POLICY_DEPENDENT,
        title="What a partner must offer to be connected",
        section="OCPI 2.2.1 credentials, required endpoints not available (CRE-13)",
        question="Is a partner registered that does not offer what its roles are usually needed for?",
        options={
            "credentials": "yes: whatever it lacks is not used, and staff may write endpoints by hand",
            "roles": "no (3003): a CPO offers its locations and CDRs, an eMSP its tokens, and takes CDRs",
        },
        default="credentials",
        applied_in="roaming.services.claims",
        scopes=PARTNER,
        reached=Feature.PLATFORMS,
    )
)
register(
    Decision(
        id="TOKEN-A-LIFETIME",
        kind=Kind.POLICY_DEPENDENT,
        title="How long an invitation can be used",
        section="OCPI 2.2.1 registration (S13)",
        question="After how many days does an unused TOKEN_A expire?",
        options={},
        free=between("1", "90", "days"),
        default="7",
        applied_in="roaming.services.platforms",
        reached=Feature.PLATFORMS,
    )
)
register(
    Decision(
        id="TOKEN-GRACE",
        kind=Kind.SPEC_SILENT,
        title="The old token after a credentials PUT",
        section="OCPI 2.2.1 credentials PUT (CRE-19, S15)",
        question="How many seconds does the old token still work, unless the new one is used before?",
        options={},
        free=between("0", "3600", "seconds"),
        default="60",
        applied_in="roaming.services.platforms",
        scopes=PARTNER,
        reached=Feature.PLATFORMS,
    )
)
register(
    Decision(
        id="TOKEN-ROTATION",
        kind=Kind.POLICY_DEPENDENT,
        title="How old the token of a connection may become",
        section="OCPI 2.2.1 updating the credentials and resetting the token (AUT-09)",
        question="Replacing tokens monthly is advised: does the hub do it by itself?",
        options={"staff": "no: staff rotate when they want to"},
        free=between("7", "365", "days"),
        default="staff",
        applied_in="roaming.services.handshakes",
        scopes=PARTNER,
        reached=Feature.PLATFORMS,
    )
)
register(
    Decision(
        id="COMMAND-TIMEOUT",
        kind=Kind.SPEC_SILENT,
        title="How long a command waits for its station",
        section="OCPI 2.2.1 commands, CommandResponse.timeout",
        question="After how many seconds is a command without an answer of the station settled as TIMEOUT?",
        options={},
        free=between("5", "300", "seconds"),
        default="30",
        applied_in="roaming.services.commands",
        scopes=PARTNER,
    )
)
register(
    Decision(
        id="PREFERENCES-NEED",
        kind=Kind.SPEC_SILENT,
        title="What cheap and green charging cannot do without",
        section="OCPI 2.2.1 sessions, charging preferences (SES-05)",
        question="Which wishes must come with the profile types CHEAP and GREEN?",
        options={
            "both": "departure_time and energy_need, else DEPARTURE_REQUIRED or ENERGY_NEED_REQUIRED",
            "departure": "departure_time only",
            "nothing": "neither: the station does what it can",
        },
        default="both",
        applied_in="roaming.services.preferences",
    )
)
