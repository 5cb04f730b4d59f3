//! What a stage knows of itself, and the same stage with another notice.

use connect_wire::{Check, CodeNotice, LoginNotice};

use super::{ConsentNotice, MetersNotice, SignIn, Stage};

impl Stage {
    /// The login that the stage is about.
    pub fn login(&self) -> Option<&SignIn> {
        match self {
            Stage::Credentials(login)
            | Stage::Method { login, .. }
            | Stage::Code { login, .. }
            | Stage::Approve { login, .. }
            | Stage::Meters { login, .. } => Some(login),
            Stage::Checking { from, .. } => from.login(),
            Stage::Welcome
            | Stage::Sharing { .. }
            | Stage::Select
            | Stage::Consent { .. }
            | Stage::Upload { .. }
            | Stage::Preview { .. }
            | Stage::Linked { .. }
            | Stage::Told { .. }
            | Stage::Unsupported { .. }
            | Stage::Stopped { .. } => None,
        }
    }

    /// The approval that this stage waits for, or could wait for again.
    pub fn approval(&self) -> Option<&Stage> {
        match self {
            Stage::Approve { .. } => Some(self),
            Stage::Checking { from, what: Check::Approval, .. } => Some(from),
            _ => None,
        }
    }

    /// The utility that is being linked.
    pub fn utility(&self) -> Option<u32> {
        match self {
            Stage::Credentials(login)
            | Stage::Method { login, .. }
            | Stage::Code { login, .. }
            | Stage::Approve { login, .. }
            | Stage::Meters { login, .. } => Some(login.utility),
            Stage::Checking { from, .. } => from.utility(),
            Stage::Consent { utility, .. }
            | Stage::Upload { utility, .. }
            | Stage::Preview { utility, .. }
            | Stage::Linked { utility, .. }
            | Stage::Told { utility }
            | Stage::Unsupported { utility }
            | Stage::Stopped { utility, .. } => Some(*utility),
            Stage::Welcome | Stage::Sharing { .. } | Stage::Select => None,
        }
    }

    /// Whether what was read in a file still waits. Where it does not, it is deleted.
    pub fn keeps_upload(&self) -> bool {
        matches!(self, Stage::Preview { .. })
    }

    pub(super) fn with_consent_notice(&self, notice: ConsentNotice) -> Stage {
        match self.clone() {
            Stage::Consent { utility, can_sign_in, .. } => {
                Stage::Consent { utility, can_sign_in, notice: Some(notice) }
            }
            other => other,
        }
    }

    /// Whether a stored login in progress still belongs to this stage. Where it does not, it is
    /// deleted: going back to the credentials or to another utility ends it.
    pub fn keeps_login_state(&self) -> bool {
        match self {
            Stage::Method { .. } | Stage::Code { .. } | Stage::Approve { .. } | Stage::Meters { .. } => true,
            Stage::Checking { from, .. } => from.keeps_login_state(),
            _ => false,
        }
    }

    pub(super) fn may_leave(&self) -> bool {
        !matches!(
            self,
            Stage::Welcome | Stage::Sharing { .. } | Stage::Select | Stage::Linked { .. } | Stage::Checking { .. }
        )
    }

    pub(super) fn without_notice(&self) -> Stage {
        match self.clone() {
            Stage::Credentials(login) => login.plain(),
            Stage::Method { login, options, .. } => Stage::Method { login, options, notice: None },
            Stage::Code { login, challenge, .. } => Stage::Code { login, challenge, notice: None },
            Stage::Approve { login, challenge, .. } => Stage::Approve { login, challenge, notice: None },
            Stage::Consent { utility, can_sign_in, .. } => Stage::Consent { utility, can_sign_in, notice: None },
            Stage::Meters { login, meters, .. } => Stage::Meters { login, meters, notice: None },
            other => other,
        }
    }

    pub(super) fn back_with(&self, at_login: LoginNotice, at_code: CodeNotice) -> Stage {
        match self.clone() {
            Stage::Credentials(login) => login.with(at_login),
            Stage::Method { login, options, .. } => Stage::Method { login, options, notice: Some(at_code) },
            Stage::Code { login, challenge, .. } => Stage::Code { login, challenge, notice: Some(at_code) },
            Stage::Approve { login, challenge, .. } => {
                // Nobody has answered on the device, which is no outage.
                let silent = at_login == LoginNotice::TimedOut;
                let notice = Some(if silent { CodeNotice::Expired } else { at_code });
                Stage::Approve { login, challenge, notice }
            }
            // No utility is asked any more: it was ours.
            Stage::Meters { login, meters, .. } => {
                Stage::Meters { login, meters, notice: Some(MetersNotice::Internal) }
            }
            Stage::Consent { .. } if at_login == LoginNotice::Internal => {
                self.with_consent_notice(ConsentNotice::Internal)
            }
            Stage::Consent { .. } => self.with_consent_notice(ConsentNotice::Down),
            other => other,
        }
    }
}
