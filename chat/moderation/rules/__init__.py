"""
The rules, in their order. One rule a file; each finds one thing and says where.

To add one: a file here with a function from :class:`~chat.moderation.reading.Read` to a finding or nothing, its line below in its
group, and its traps in ``tests/moderation/rules/``. All rules run whatever the others find; the order is that of the findings.
"""

from __future__ import annotations

from typing import Final

from chat.moderation.reading import Rule
from chat.moderation.rules.abuse import doxxing, hate, insult, sexual, threat
from chat.moderation.rules.address import address
from chat.moderation.rules.card import card
from chat.moderation.rules.distress import distress
from chat.moderation.rules.email import email
from chat.moderation.rules.employer import employer
from chat.moderation.rules.flooding import copies, flooding
from chat.moderation.rules.handle import handle
from chat.moderation.rules.iban import iban
from chat.moderation.rules.ip import ip
from chat.moderation.rules.name import name
from chat.moderation.rules.nir import nir
from chat.moderation.rules.phone import phone
from chat.moderation.rules.plate import plate
from chat.moderation.rules.siret import siret
from chat.moderation.rules.solicitation import solicitation
from chat.moderation.rules.url import url

RULES: Final[tuple[Rule, ...]] = (
    # Private details with a form of their own: whoever sees them may find somebody, so nobody does before a moderator. Those with
    # a checksum first, being the surest.
    iban,
    nir,
    card,
    siret,
    phone,
    email,
    url,
    ip,
    handle,
    address,
    plate,
    # People and employers named: their author is asked, since naming may be meant.
    name,
    employer,
    # Distress is no violation: resources for its author, moderators at once, and it is never held for itself.
    distress,
    # Abuse: held, and decided by a person.
    threat,
    insult,
    hate,
    sexual,
    doxxing,
    # What is sold, fished for, or said again and again.
    solicitation,
    flooding,
    copies,
)
