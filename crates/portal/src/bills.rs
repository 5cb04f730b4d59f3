//! Bills: the list is a page of the portal; what they are made of is in the Green Button file.

use std::collections::HashSet;

use connect_core::connector::{ConnectorError, LoginContext, RemoteAccount, UtilitySession};
use connect_core::usage::Bill;
use connect_documents::{OutOfRange, add_summary};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use scraper::{ElementRef, Html};

use crate::PortalConnector;
use crate::download::pieces;
use crate::http::{Answer, Wanted};
use crate::jar::Jar;
use crate::marks::{page, path};
use crate::page::{css, first, text};

/// A row of the list.
pub(crate) struct Row {
    pub(crate) bill: Bill,
    pub(crate) pdf: Option<String>,
}

/// What has been read of the bills' summaries.
struct Found {
    /// Their addresses.
    seen: HashSet<String>,
    /// The bills that have one.
    bills: Vec<bool>,
}

/// The last day of a bill, and the first one of the next where that follows at once.
fn around_the_end(bill: &Bill, next: Option<&Bill>) -> (Date, Date) {
    let last = bill.end.saturating_sub(1.day());
    (last, if next.is_some_and(|next| next.start == bill.end) { bill.end } else { last })
}

impl PortalConnector {
    async fn rows(
        &self,
        cx: LoginContext,
        jar: &mut Jar,
        account: &RemoteAccount,
    ) -> Result<Vec<Row>, ConnectorError> {
        let answer = self.fetch(cx, jar, &path::bills(&account.account_number), Wanted::Page).await?;
        self.rows_on(&answer)
    }

    /// The list of a page, by start.
    pub(crate) fn rows_on(&self, answer: &Answer) -> Result<Vec<Row>, ConnectorError> {
        let tree = self.expect(answer, page::BILLS, "bills page")?;
        let mut rows = rows(&tree).ok_or(ConnectorError::SiteChanged("list of bills"))?;
        if rows.is_empty() && first(tree.root_element(), &css("main#page #no-bills")).is_none() {
            return Err(ConnectorError::SiteChanged("list of bills"));
        }
        rows.sort_by_key(|row| row.bill.start);
        Ok(rows)
    }

    pub(crate) async fn read_bills(
        &self,
        cx: LoginContext,
        session: &UtilitySession,
        account: &RemoteAccount,
    ) -> Result<Vec<Bill>, ConnectorError> {
        let mut jar = self.jar(session)?;
        let rows = self.rows(cx, &mut jar, account).await?;
        let mut bills: Vec<_> = rows.into_iter().map(|row| row.bill).collect();
        let mut found = Found { seen: HashSet::new(), bills: vec![false; bills.len()] };
        // A file has the readings of its days and all bills that have a day in common with them, so the days where
        // one bill meets the next are enough for two.
        for at in 0..bills.len() {
            if !found.bills[at] {
                let days = around_the_end(&bills[at], bills.get(at + 1));
                self.take_summaries(cx, &mut jar, account, days, &mut bills, &mut found).await?;
            }
        }
        // A portal may only give bills that lie in the days as a whole.
        for at in 0..bills.len() {
            let (from, last) = (bills[at].start, bills[at].end.saturating_sub(1.day()));
            for days in pieces(from, last, self.config.max_days) {
                if !found.bills[at] {
                    self.take_summaries(cx, &mut jar, account, days, &mut bills, &mut found).await?;
                }
            }
        }
        Ok(bills)
    }

    /// Completes bills with what the file of these days, both included, says of them.
    async fn take_summaries(
        &self,
        cx: LoginContext,
        jar: &mut Jar,
        account: &RemoteAccount,
        days: (Date, Date),
        bills: &mut [Bill],
        found: &mut Found,
    ) -> Result<(), ConnectorError> {
        let Some(document) = self.download(cx, jar, account, days).await? else { return Ok(()) };
        for summary in &document.bills {
            // A bill that has days in several files is in each.
            if summary.href.as_ref().is_some_and(|href| !found.seen.insert(href.clone())) {
                continue;
            }
            if let Some(at) = bills.iter().position(|bill| self.is_of(summary, bill)) {
                add_summary(&mut bills[at], &document, summary)
                    .map_err(|OutOfRange| ConnectorError::SiteChanged("amount of a bill"))?;
                found.bills[at] = true;
            }
        }
        Ok(())
    }

    pub(crate) async fn read_pdf(
        &self,
        cx: LoginContext,
        session: &UtilitySession,
        account: &RemoteAccount,
        remote_id: &str,
    ) -> Result<Vec<u8>, ConnectorError> {
        let mut jar = self.jar(session)?;
        let rows = self.rows(cx, &mut jar, account).await?;
        let link = rows.into_iter().find(|row| row.bill.remote_id == remote_id).and_then(|row| row.pdf);
        let link = link.ok_or(ConnectorError::NotOffered)?;
        let answer = self.fetch(cx, &mut jar, &link, Wanted::Pdf).await?;
        self.pdf_in(answer)
    }

    /// The document that an answer is.
    pub(crate) fn pdf_in(&self, answer: Answer) -> Result<Vec<u8>, ConnectorError> {
        if answer.is_page || !answer.status.is_success() || !answer.body.starts_with(b"%PDF-") {
            return Err(self.no_file(&answer, "document of a bill"));
        }
        Ok(answer.body)
    }

    /// Whether a summary belongs to a bill: by its mark, which ends its address, or by the period.
    pub(crate) fn is_of(&self, summary: &greenbutton::Bill, bill: &Bill) -> bool {
        let mark = summary.href.as_deref().and_then(|href| href.rsplit('/').next());
        mark == Some(bill.remote_id.as_str())
            || match summary.period {
                Some(greenbutton::Period::Days { start, end }) => (start, end) == (bill.start, bill.end),
                Some(greenbutton::Period::Utc { start, duration }) => {
                    let day = |second| {
                        let at = Timestamp::from_second(second).ok()?;
                        Some(self.config.time_zone.to_datetime(at).date())
                    };
                    (day(start), day(start.saturating_add(i64::from(duration))))
                        == (Some(bill.start), Some(bill.end))
                }
                None => false,
            }
    }
}

/// The rows of the list, by the names of its columns.
fn rows(tree: &Html) -> Option<Vec<Row>> {
    let root = tree.root_element();
    let Some(table) = first(root, &css("main#page table.bills")) else { return Some(Vec::new()) };
    let names: Vec<_> = table.select(&css("thead th")).map(text).collect();
    table.select(&css("tr[data-bill]")).map(|row| read_row(row, &names)).collect()
}

fn read_row(row: ElementRef<'_>, names: &[String]) -> Option<Row> {
    let cells: Vec<_> = row.select(&css("th, td")).map(text).collect();
    let cell = |name: &str| cells.get(names.iter().position(|own| own == name)?).map(String::as_str);
    let (start, last) = cell("Period")?.split_once('–')?;
    let status = cell("Status").unwrap_or_default();
    let pdf = first(row, &css("a[href$='.pdf']")).and_then(|link| link.attr("href")).map(str::to_owned);
    let bill = Bill {
        remote_id: row.attr("data-bill").filter(|id| !id.is_empty())?.to_owned(),
        start: date(start)?,
        end: date(last)?.saturating_add(1.day()),
        statement_date: Some(date(cell("Statement")?)?),
        due_date: Some(date(cell("Due")?)?),
        payment_date: status.strip_prefix("Paid ").and_then(date),
        currency: None,
        total_amount_due: Some(dollars(cell("To pay")?)?),
        total_charges: Some(dollars(cell("New charges")?)?),
        charges: Vec::new(),
        electric_usage: None,
        gas_usage: None,
        pdf: pdf.is_some(),
    };
    Some(Row { bill, pdf })
}

/// `Oct 5, 2026`
fn date(text: &str) -> Option<Date> {
    Date::strptime("%b %d, %Y", text.trim()).ok()
}

/// `$1,234.50` or `-$3.00`, in 1e-5.
fn dollars(text: &str) -> Option<i64> {
    let (sign, text) = match text.trim().strip_prefix(['-', '−']) {
        Some(rest) => (-1, rest),
        None => (1, text.trim()),
    };
    let text = text.strip_prefix('$')?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = whole.replace(',', "");
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if digits.is_empty() || !plain(&digits) || !plain(fraction) || fraction.len() > 5 {
        return None;
    }
    let whole: i64 = digits.parse().ok()?;
    let fraction: i64 = format!("{fraction:0<5}").parse().ok()?;
    whole.checked_mul(100_000)?.checked_add(fraction)?.checked_mul(sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_of_money_are_exact_or_none() {
        assert_eq!(dollars("$1,234.50"), Some(123_450_000));
        assert_eq!(dollars(" -$3.00 "), Some(-300_000));
        assert_eq!(dollars("$0.17532"), Some(17_532));
        assert_eq!(dollars("$7"), Some(700_000));
        for bad in ["", "$", "12.00", "$1.234567", "$-1", "$1.2.3", "€5", "$99999999999999999999"] {
            assert_eq!(dollars(bad), None, "{bad}");
        }
    }

    #[test]
    fn dates_are_read_as_printed() {
        assert_eq!(date("Oct 5, 2026 "), Some(jiff::civil::date(2026, 10, 5)));
        assert_eq!(date("2026-10-05"), None);
    }
}
