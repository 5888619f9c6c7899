"""Signed records as other systems want them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from agent.clinical.forms import find_form
from agent.domain.events import ConversationOpened
from agent.errors import InputError
from agent.library import Library
from agent.report.build import resident_of
from connectors.fhir.bundle import SignedVisit
from connectors.storage.ledger import Consent
from connectors.storage.proposals import Proposal, ProposalStatus
from connectors.storage.reviews import SIGNED
from suifang.proposed import accepted_fact
from suifang.reviewing import Sheet


def signed_visit(
    library: Library, sheet: Sheet, consents: Sequence[Consent], told: Sequence[Proposal] = ()
) -> SignedVisit:
    """The newest version for FHIR, with the accepted of the visit's proposals. Raises ``InputError`` unless signed."""
    record, form = sheet.newest, find_form(library.rules.forms, sheet.visit.form)
    if record is None or record.status != SIGNED or form is None:
        raise InputError("not-signed", "only a signed record leaves the house", "suifang review sign VISIT")
    opened = next(event.body for event in sheet.events if isinstance(event.body, ConversationOpened))
    agreed = [c for c in consents if c.visit_id == sheet.visit.id and c.granted and c.withdrawn is None]
    return SignedVisit(
        visit=sheet.visit.id,
        version=record.version,
        signed_by=record.author,
        signed_at=record.at,
        resident=replace(resident_of(opened), id=sheet.visit.resident_id),
        report=sheet.report,
        form=form,
        amends=sum(version.status == SIGNED for version in sheet.versions) > 1,
        consent_at=agreed[-1].at if agreed else "",
        notice_version=agreed[-1].notice_version if agreed else "",
        accepted=tuple(accepted_fact(one, library.rules) for one in told if one.status is ProposalStatus.ACCEPTED),
    )
