//! By what the pages of Sunrise's portal are known: names, addresses and fields that are stable.
//! All that this connector knows of its HTML by name is here; how values are read is in the module
//! of each page.

/// Addresses.
pub(crate) mod path {
    pub(crate) const LOGIN: &str = "/login";
    pub(crate) const VERIFY: &str = "/login/verify";
    pub(crate) const RESEND: &str = "/login/code/resend";
    pub(crate) const OVERVIEW: &str = "/account";

    pub(crate) fn usage(account: &str, meter: &str) -> String {
        format!("/account/{}/usage?meter={}", escaped(account), escaped(meter))
    }

    pub(crate) fn bills(account: &str) -> String {
        format!("/account/{}/bills", escaped(account))
    }

    pub(crate) fn download(account: &str, from: jiff::civil::Date, to: jiff::civil::Date) -> String {
        format!("/account/{}/greenbutton/download?from={from}&to={to}", escaped(account))
    }

    /// Account numbers come from a page, so they may hold anything.
    fn escaped(text: &str) -> String {
        form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
    }
}

/// Values of `data-page`.
pub(crate) mod page {
    pub(crate) const LOGIN: &str = "login";
    pub(crate) const VERIFY: &str = "verify";
    pub(crate) const CODE: &str = "code";
    pub(crate) const AUTHENTICATOR: &str = "authenticator";
    pub(crate) const QUESTION: &str = "question";
    pub(crate) const LOCKED: &str = "locked";
    pub(crate) const CAPTCHA: &str = "captcha";
    pub(crate) const TERMS: &str = "terms";
    pub(crate) const NEW_PASSWORD: &str = "new-password";
    pub(crate) const ENROLL: &str = "enroll";
    pub(crate) const OVERVIEW: &str = "overview";
    pub(crate) const USAGE: &str = "usage";
    pub(crate) const BILLS: &str = "bills";
    pub(crate) const NOT_FOUND: &str = "not-found";
    pub(crate) const MAINTENANCE: &str = "maintenance";
}

/// Identifiers of notices.
pub(crate) mod notice {
    pub(crate) const WRONG_LOGIN: &str = "wrong-login";
    pub(crate) const TOO_MANY_CODES: &str = "too-many-codes";
    pub(crate) const WRONG_CODE: &str = "wrong-code";
    pub(crate) const CODE_EXPIRED: &str = "code-expired";
    pub(crate) const TOO_SOON: &str = "too-soon";
    pub(crate) const CODE_RESENT: &str = "code-resent";
}

/// Names of form fields.
pub(crate) mod field {
    pub(crate) const CSRF: &str = "csrf";
    pub(crate) const USERNAME: &str = "username";
    pub(crate) const PASSWORD: &str = "password";
    pub(crate) const METHOD: &str = "method";
    pub(crate) const CODE: &str = "code";
    pub(crate) const ANSWER: &str = "answer";
    pub(crate) const REMEMBER: &str = "remember_device";
    pub(crate) const REMEMBER_VALUE: &str = "yes";
}
