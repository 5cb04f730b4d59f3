//! Screens that the server draws, and what stands on them.

use crate::connector::{ApproveChallenge, MeterKind};
use crate::grant::{ChoiceError, Choices};
use crate::language::Language;
use connect_wire::{AccountCard, CodeNotice, MethodOption, StopReason, UtilityCard};
use serde::{Deserialize, Serialize};

/// A screen to be drawn.
#[derive(Debug)]
pub struct Page<'a> {
    /// Registered name of the company.
    pub company: &'a str,
    /// Language to draw it in.
    pub language: Language,
    /// Version of the flow.
    pub step: u32,
    /// The utility that it is about.
    pub utility: UtilityCard,
    /// Whether another utility may be chosen.
    pub can_change: bool,
    /// What it says.
    pub content: PageContent<'a>,
}

/// What a screen says.
#[derive(Debug)]
pub enum PageContent<'a> {
    /// Who asks, and for what.
    Welcome {
        /// Name of the company's logo.
        logo: Option<&'a str>,
        /// Address of the company's terms.
        terms: Option<&'a str>,
        /// Whether the utility is fixed.
        fixed: bool,
        /// What the customer shares.
        choices: Choices,
    },
    /// Choose what is shared.
    Sharing {
        /// What is chosen now.
        choices: Choices,
        /// What was wrong with the choice.
        notice: Option<ChoiceError>,
    },
    /// Choose among several meters.
    Meters {
        /// The meters.
        meters: &'a [MeterChoice],
        /// What happened before.
        notice: Option<MetersNotice>,
    },
    /// Agree at the utility's own site.
    Consent {
        /// Whether that is open: the way there is known.
        open: bool,
        /// Whether user name and password would do as well.
        can_sign_in: bool,
        /// What happened at the last try.
        notice: Option<ConsentNotice>,
    },
    /// Give a file.
    Upload {
        /// What was wrong with the last one.
        notice: Option<&'a FileNotice>,
    },
    /// Choose how to receive a code.
    Method {
        /// Ways that the utility offers.
        options: &'a [MethodOption],
        /// What went wrong before, if anything did.
        notice: Option<&'a CodeNotice>,
    },
    /// Approve the login on another device.
    Approve {
        /// What the utility waits for.
        challenge: &'a ApproveChallenge,
        /// What happened before.
        notice: Option<&'a CodeNotice>,
        /// Whether the answer is awaited; else the request is over.
        waits: bool,
    },
    /// The closing confirmation.
    Linked {
        /// Accounts that are shared.
        accounts: &'a [AccountCard],
        /// What is shared of them.
        choices: Choices,
        /// What the address of the receipt ends in.
        receipt: Option<&'a str>,
    },
    /// The run goes on on another device.
    Elsewhere {
        /// What its link ends in; `None` once it was opened.
        link: Option<&'a str>,
    },
    /// The company learns when the utility works again.
    Told,
    /// The utility cannot be linked yet.
    Unsupported,
    /// The run cannot go on with this utility.
    Stopped {
        /// Why.
        reason: StopReason,
        /// Whether another utility may be chosen.
        another: bool,
    },
    /// What a file holds.
    Preview {
        /// What that is.
        file: &'a FileSummary,
    },
}

/// A meter that may be shared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeterChoice {
    /// Service address of its account on one line.
    pub address: String,
    /// Last four characters of the account's number.
    pub ending: String,
    /// What it measures.
    pub kind: MeterKind,
    /// Which of the account's meters of this kind, from 1; 0 where it is the only one.
    pub place: usize,
    /// Whether it is ticked.
    pub chosen: bool,
}

/// What happened at the choice of meters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MetersNotice {
    /// None was chosen.
    Nothing,
    /// Our fault.
    Internal,
}

/// Draws a screen as HTML. What is not ours in it is escaped.
pub type DrawPage = dyn Fn(&Page<'_>) -> String + Send + Sync;

/// Why the customer came back from the utility's site without a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConsentNotice {
    /// The customer did not agree there.
    Denied,
    /// The utility is not answering.
    Down,
    /// The customer agreed, but there is no account to share.
    NoAccounts,
    /// The utility did not accept its own answer, or ours to mend.
    Internal,
}

/// What a customer's file holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileSummary {
    /// Accounts, as the confirmation lists them.
    pub accounts: Vec<AccountCard>,
    /// Meters with readings.
    pub meters: Vec<FileMeter>,
    /// Bills.
    pub bills: u32,
    /// Series of readings that cannot be used: their unit is not stated, or not one of energy.
    pub left_out: u32,
    /// Oddities that the reader has noted.
    pub warnings: u32,
}

/// A meter in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileMeter {
    /// Electricity or, if not, gas.
    pub electricity: bool,
    /// First day, as `2026-10-01`.
    pub from: String,
    /// Last day.
    pub to: String,
    /// Readings, in figures.
    pub readings: String,
    /// What was used, in kWh or therms, with at most one place: `1234.5`. Empty where the unit has no exact energy.
    pub used: String,
}

/// Why a file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FileNotice {
    /// There is nothing in it.
    Empty,
    /// Larger than is read.
    TooLarge {
        /// Largest size, in megabytes.
        megabytes: u32,
    },
    /// A web page, as a login page that was saved in place of the download.
    WebPage,
    /// A PDF, as of a bill.
    Pdf,
    /// Something else.
    NotGreenButton,
    /// It breaks off, or is not well-formed.
    Damaged {
        /// Where, in the reader's words: `line 14, feed/entry[3]`.
        place: String,
        /// What is wrong there.
        reason: String,
    },
    /// No reading and no bill in it.
    NoReadings,
    /// Readings, but none of a known unit of electricity or gas.
    Unusable,
    /// Nothing of what the customer shares.
    NotShared,
}
