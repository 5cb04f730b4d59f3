//! The words of the screens that the server draws. They do not travel with the page.

macro_rules! page_words {
    ($($(#[$doc:meta])* $key:ident,)*) => {
        /// One language, as a translator writes it, by the rules of [`super::Catalogue`].
        #[expect(missing_docs, reason = "the name of a string says where it stands")]
        #[derive(Debug)]
        pub struct PageWords { $($(#[$doc])* pub $key: &'static str,)* }

        #[cfg(test)]
        impl PageWords {
            /// The names of the fields, in their order.
            pub(crate) const NAMES: &[&str] = &[$(stringify!($key),)*];

            /// All strings, in the order of the fields.
            pub(crate) fn all(&self) -> Vec<&'static str> {
                vec![$(self.$key,)*]
            }
        }
    };
}

page_words! {
    /// On every screen, to another utility.
    change,
    choose_another,
    unsupported_title,
    unsupported_text,
    unsupported_kept,
    /// After a link to another site.
    opens_new,
    consent_title,
    consent_lead,
    consent_step_sign_in,
    consent_step_choose,
    consent_step_back,
    consent_open,
    consent_tab,
    consent_here,
    consent_waiting,
    consent_gone,
    consent_blocked_title,
    consent_blocked_text,
    consent_denied_title,
    consent_denied_text,
    consent_broken_text,
    consent_none_text,
    upload_title,
    upload_lead,
    upload_step_site,
    upload_step_find,
    upload_step_take,
    upload_how,
    upload_choose,
    upload_drop,
    upload_sending,
    upload_reading,
    upload_small,
    file_empty_title,
    file_empty_text,
    file_large_title,
    file_large_text,
    file_page_title,
    file_page_text,
    file_pdf_title,
    file_pdf_text,
    file_other_title,
    file_other_text,
    file_damaged_title,
    file_damaged_place,
    file_damaged_text,
    file_none_title,
    file_none_text,
    file_unusable_title,
    file_unusable_text,
    preview_title,
    preview_lead,
    preview_period,
    /// Forms by `{count}`, as the next.
    preview_readings,
    preview_bills,
    preview_left_out,
    /// Forms by `{count}`.
    preview_warnings,
    preview_link,
    preview_other,
    /// Unit of gas, after a number with places: `1,234.5`.
    therms,
    /// Of the pages between here and a utility's site, which stand in a window of their own.
    away_title,
    away_link,
    back_link,
    back_title,
    back_text,
    back_ended_title,
    back_ended_text,
    back_nothing_title,
    back_nothing_text,
    back_fault_title,
    back_fault_text,
    /// Of documents that work without JavaScript.
    consent_done,
    file_read,
    search_go,
    /// Of runs that have the whole window, when they are over, and where they cannot begin.
    return_link,
    entrance_title,
    entrance_text,
    method_title,
    method_lead,
    method_sms,
    method_email,
    method_call,
    method_app,
    method_push,
    /// `{device}`, `{utility}`.
    approve_title,
    approve_lead,
    approve_lead_device,
    approve_number,
    approve_waiting,
    approve_done,
    approve_again,
    approve_denied_title,
    approve_denied_text,
    approve_over_title,
    approve_over_text,
    approve_sent,
    elsewhere_title,
    elsewhere_lead,
    elsewhere_picture,
    elsewhere_link,
    elsewhere_taken,
    elsewhere_here,
    /// On the other device, before anything.
    take_over_title,
    take_over_text,
    linked_title,
    linked_text,
    linked_later,
    linked_meters_electricity,
    linked_meters_gas,
    linked_meters_both,
    linked_ending,
    done,
    stopped_title,
    stopped_text,
    locked_title,
    locked_text,
}
