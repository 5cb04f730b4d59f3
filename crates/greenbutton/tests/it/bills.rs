//! Bills and the retail customer's records.

use greenbutton::{ItemKind, Period, WarningKind};
use rust_decimal::Decimal;

use crate::common::{FEED, entry, kinds, ok};

fn money(text: &str) -> Option<Decimal> {
    Some(text.parse().unwrap())
}

/// A bill with lines of (amount, note, item kind, more).
fn bill(amount: &str, lines: &[(&str, &str, u16, &str)]) -> greenbutton::Document {
    let lines: String = lines
        .iter()
        .map(|(amount, note, kind, more)| {
            format!(
                "<costAdditionalDetailLastPeriod><amount>{amount}</amount><note>{note}</note>{more}\
                 <itemKind>{kind}</itemKind></costAdditionalDetailLastPeriod>"
            )
        })
        .collect();
    let summary = format!(
        "<UsageSummary><billingPeriod><duration>2592000</duration><start>1716129608</start></billingPeriod>\
         <billLastPeriod>{amount}</billLastPeriod>{lines}<currency>124</currency></UsageSummary>"
    );
    ok(&format!("{FEED}{}</feed>", entry("S/1", &[], &summary)))
}

#[test]
fn subtotals_balances_and_payments_are_not_charges() {
    let document = bill(
        "18208000",
        &[
            ("18208000", "Balance Forward", 4, ""),
            ("-18208000", "Payments Received", 4, ""),
            ("10000000", "Off Peak-Charge", 3, ""),
            ("9000000", "Delivery Charge", 2, ""),
            ("-792000", "Ontario Electricity Rebate", 8, ""),
            ("18208000", "New  Charges This Period", 4, ""),
            ("18208000", " TOTAL Amount Due", 10, ""),
            ("5", "Cheque", 9, ""),
        ],
    );
    let found = &document.bills[0];
    assert_eq!(found.itemised(), money("182.08"));
    assert_eq!(found.amount, money("182.08"));
    assert_eq!(found.items[4].kind, Some(ItemKind::AdministrativeCredit));
    assert_eq!(found.period, Some(Period::Utc { start: 1_716_129_608, duration: 2_592_000 }));
    assert!(kinds(&document).is_empty(), "{:?}", document.warnings);
}

#[test]
fn lines_with_a_multiplier_of_their_own_are_scaled_by_it_and_a_bill_in_thousandths_is_named() {
    let by = |power: i32| {
        format!("<measurement><powerOfTenMultiplier>{power}</powerOfTenMultiplier><uom>80</uom></measurement>")
    };
    let document = bill(
        "172030",
        &[
            ("17203", "Amount Due", 10, &by(-2)),
            ("147040000", "DELIVERY CHARGE", 2, &by(-6)),
            ("2499", "HST", 5, &by(-2)),
        ],
    );
    let found = &document.bills[0];
    assert_eq!(found.items[1].amount.map(|a| a.normalize()), money("147.04"));
    assert_eq!(found.itemised().map(|a| a.normalize()), money("172.03"));
    assert_eq!(found.amount, money("1.7203"), "kept as the standard has it");
    assert_eq!(kinds(&document), [WarningKind::ScaledLineItem, WarningKind::BillMismatch]);
    assert!(document.warnings[1].message.contains("thousandths"), "{}", document.warnings[1]);
}

#[test]
fn what_a_bill_does_not_say_stays_empty() {
    let text = format!(
        "{FEED}{}</feed>",
        entry(
            "S/1",
            &[],
            "<ElectricPowerUsageSummary><billLastPeriod>1</billLastPeriod></ElectricPowerUsageSummary>"
        )
    );
    let document = ok(&text);
    let found = &document.bills[0];
    assert_eq!((found.currency, found.period, found.consumption, found.usage_point), (None, None, None, None));
    assert_eq!(kinds(&document), [WarningKind::MissingCurrency]);
}

#[test]
fn customer_records_are_read() {
    let customer = |resource: &str| {
        let resource = resource.replacen('>', " xmlns=\"http://naesb.org/espi/customer\">", 1);
        format!("<entry><content>{resource}</content></entry>")
    };
    let text = [
        customer(
            "<Customer><Organisation><organisationName>Jane Doe</organisationName></Organisation></Customer>",
        ),
        customer("<CustomerAccount><accountId>001-0001</accountId></CustomerAccount>"),
        customer("<CustomerAgreement><name>A-1</name><signDate>2020-01-01</signDate></CustomerAgreement>"),
        customer(
            "<ServiceLocation><mainAddress><streetDetail><number>12</number><name>MAIN ST</name></streetDetail>\
             <townDetail><name>MILTON</name><stateOrProvince>ON</stateOrProvince></townDetail>\
             <postalCode>L0L 0L0</postalCode></mainAddress><UsagePoints><UsagePoint>U/1</UsagePoint></UsagePoints>\
             </ServiceLocation>",
        ),
        customer("<Meter><serialNumber>000123</serialNumber></Meter>"),
    ];
    let document = ok(&format!("{FEED}{}</feed>", text.concat()));
    let records = &document.customers;
    assert_eq!(records.customers[0].name.as_deref(), Some("Jane Doe"));
    assert_eq!(records.accounts[0].number.as_deref(), Some("001-0001"));
    assert_eq!(records.agreements[0].number.as_deref(), Some("A-1"));
    let location = &records.locations[0];
    let address = location.address.as_ref().unwrap();
    assert_eq!(address.street.as_deref(), Some("12 MAIN ST"));
    assert_eq!((address.town.as_deref(), address.state.as_deref()), (Some("MILTON"), Some("ON")));
    assert_eq!(location.usage_points, ["U/1"]);
    assert_eq!(records.meters[0].serial_number.as_deref(), Some("000123"));
}
