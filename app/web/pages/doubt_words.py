"""How pages call where drafts and disputes stand, the queues of drafts, and their steps."""

from collections.abc import Mapping

from app.core.vocabulary import DisputeStatus, DraftStatus, DraftStep
from app.tongue import N_, gettext
from app.web.pages.words import Word, shown

DRAFTS: Mapping[DraftStatus, Word] = {
    DraftStatus.SUBMITTED: Word("wait", N_("Waits for a decision"), N_("The partner that confirms has to decide it.")),
    DraftStatus.RETURNED: Word("warn", N_("Returned"), N_("Whoever prepared it has to correct it, or discard it.")),
    DraftStatus.APPROVED: Word("vouched", N_("Approved"), N_("It has become an attestation and is on record.")),
    DraftStatus.DISCARDED: Word("quiet", N_("Discarded"), N_("Nobody has to do anything about it.")),
}
STEPS: Mapping[DraftStep, str] = {
    DraftStep.SUBMITTED: N_("handed it in"),
    DraftStep.RESUBMITTED: N_("handed it in once more"),
    DraftStep.ASSIGNED: N_("said who decides it"),
    DraftStep.RETURNED: N_("returned it"),
    DraftStep.APPROVED: N_("approved it"),
    DraftStep.DISCARDED: N_("discarded it"),
}
DISPUTES: Mapping[DisputeStatus, Word] = {
    DisputeStatus.OPEN: Word("warn", N_("Open"), N_("The partner has to answer it; orders carry a warning.")),
    DisputeStatus.UPHELD: Word("stop", N_("Upheld"), N_("The doubt was right: the confirmation was withdrawn.")),
    DisputeStatus.REJECTED: Word("good", N_("Rejected"), N_("The confirmation stands, and why is on record.")),
}


def draft(of: DraftStatus) -> Word:
    return shown(DRAFTS[of])


def step(of: DraftStep) -> str:
    return gettext(STEPS[of])


def dispute(of: DisputeStatus) -> Word:
    return shown(DISPUTES[of])
