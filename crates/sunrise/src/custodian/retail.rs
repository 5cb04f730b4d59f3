//! Who the customer is and where the meters are: the second feed of Connect My Data.

use std::fmt::Write as _;

use jiff::Timestamp;

use crate::data::Account;
use crate::espi::{escaped, urn};

/// The accounts of an authorization, as customer resources of ESPI.
pub(super) fn feed(id: &str, accounts: &[Account], now: Timestamp) -> String {
    let this = format!("/espi/1_1/resource/Batch/RetailCustomer/{id}");
    let updated = Timestamp::from_second(now.as_second()).unwrap_or(now);
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n <id>{}</id>\n \
         <title>Sunrise Power &amp; Gas: customer (sandbox)</title>\n <updated>{updated}</updated>\n \
         <link rel=\"self\" href=\"{}\"/>\n",
        urn(&[&this]),
        escaped(&this),
    );
    for account in accounts {
        let base = format!("/espi/1_1/resource/RetailCustomer/{}", account.id);
        let path = format!("{base}/CustomerAccount/{}", account.number);
        let points = account.meters.iter().map(|meter| {
            format!("<UsagePoint>/espi/1_1/resource/Subscription/{id}/UsagePoint/{}</UsagePoint>", meter.id)
        });
        let points: String = points.collect();
        let resources = [
            (
                base.clone(),
                format!("<Customer xmlns=\"{NS}\"><customerName>{}</customerName></Customer>", account.holder),
            ),
            (
                path.clone(),
                format!(
                    "<CustomerAccount xmlns=\"{NS}\"><accountId>{}</accountId></CustomerAccount>",
                    account.number
                ),
            ),
            (
                format!("{path}/ServiceLocation/1"),
                format!(
                    "<ServiceLocation xmlns=\"{NS}\"><mainAddress><streetDetail><addressGeneral>{}\
                     </addressGeneral></streetDetail></mainAddress><UsagePoints>{points}</UsagePoints>\
                     </ServiceLocation>",
                    escaped(&account.address)
                ),
            ),
        ];
        for (href, content) in resources {
            let _ = write!(
                out,
                "<entry>\n <id>{}</id>\n <link rel=\"self\" href=\"{href}\"/>\n <title/>\n \
                 <content>{content}</content>\n <published>{updated}</published>\n \
                 <updated>{updated}</updated>\n</entry>\n",
                urn(&[&href]),
            );
        }
    }
    out.push_str("</feed>\n");
    out
}

const NS: &str = "http://naesb.org/espi/customer";
