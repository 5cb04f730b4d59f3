//! From a resource's tree to the model.

use std::str::FromStr;

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::{feed::Entry, readings::epoch, tree::Node};
use crate::{
    bill::{Bill, LineItem, Measurement},
    codes::{Flow, ItemKind, Service},
    customer::{Account, Address, Agreement, Customer, Customers, Meter, ServiceLocation, Statement},
    decimal,
    local_time::{DstRule, LocalTime},
    model::{Period, ReadingType, UsagePoint},
    warning::{Place, WarningKind, Warnings},
};

/// Reads fields of one resource, and warns of those that cannot be read.
pub(crate) struct Fields<'a> {
    pub(crate) entry: &'a Entry,
    pub(crate) group: usize,
    pub(crate) place: &'a Place,
    pub(crate) warnings: &'a mut Warnings,
}

impl Fields<'_> {
    fn warn(&mut self, kind: WarningKind, node: &Node, message: String) {
        let resource = &self.place.path;
        let is_resource = resource.rsplit('/').next() == Some(&node.name);
        let path = if is_resource { resource.clone() } else { format!("{resource}/{}", node.name) };
        let place = Place { line: node.line, path, file: None };
        self.warnings.add(kind, self.group, || (place, message));
    }

    fn bad(&mut self, node: &Node) {
        let text: String = node.text.chars().take(40).collect();
        let message = format!("<{}> is {text:?}, which cannot be read; it was left empty", node.name);
        self.warn(WarningKind::BadField, node, message);
    }

    fn with<T>(&mut self, parent: &Node, name: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let node = parent.child(name).filter(|node| !node.text.is_empty())?;
        let value = read(&node.text);
        if value.is_none() {
            self.bad(node);
        }
        value
    }

    fn number<T: FromStr>(&mut self, parent: &Node, name: &str) -> Option<T> {
        self.with(parent, name, |text| text.parse().ok())
    }

    fn money(&mut self, parent: &Node, name: &str) -> Option<Decimal> {
        let raw = self.with(parent, name, decimal::parse)?;
        let node = parent.child(name)?;
        if !raw.fract().is_zero() {
            self.warn(WarningKind::OddMoney, node, decimal::odd_money(name, raw));
        }
        let money = decimal::money(raw);
        if money.is_none() {
            self.bad(node);
        }
        money
    }

    fn epoch(&mut self, parent: &Node, name: &str) -> Option<i64> {
        let (seconds, milliseconds) = self.with(parent, name, epoch)?;
        if let (true, Some(node)) = (milliseconds, parent.child(name)) {
            let message = format!("<{name}> is in milliseconds and was divided by 1,000");
            self.warn(WarningKind::MillisecondEpoch, node, message);
        }
        Some(seconds)
    }

    fn period(&mut self, parent: &Node, name: &str) -> Option<Period> {
        let node = parent.child(name)?;
        let start = self.epoch(node, "start")?;
        Some(Period::Utc { start, duration: self.number(node, "duration").unwrap_or(0) })
    }

    fn measurement(&mut self, parent: &Node, name: &str) -> Option<Measurement> {
        let node = parent.child(name)?;
        let raw = self.with(node, "value", decimal::parse)?;
        let uom = self.number(node, "uom");
        let Some(power) = self.power_of_ten(node) else {
            return Some(Measurement { raw, power_of_ten: 0, uom, unit: None, quantity: None });
        };
        let measurement = Measurement::new(raw, power, uom);
        if measurement.unit.is_none() {
            let message = format!("<{name}> has no unit that is known here; its raw value is kept");
            self.warn(WarningKind::UnknownUnit, node, message);
        } else if measurement.quantity.is_none() {
            let message = format!("<{name}> does not fit an exact decimal once scaled; its raw value is kept");
            self.warn(WarningKind::OutOfRange, node, message);
        }
        Some(measurement)
    }

    /// 0 if absent, `None` (with a warning) if it cannot be read.
    fn power_of_ten(&mut self, node: &Node) -> Option<i32> {
        let Some(found) = node.child("powerOfTenMultiplier").filter(|found| !found.text.is_empty()) else {
            return Some(0);
        };
        // IEC 61968-9 goes from -12 (pico) to 12; a little more is let through, nonsense is not.
        let power = found.text.parse().ok().filter(|power| (-18..=18).contains(power));
        if power.is_none() {
            let message =
                format!("powerOfTenMultiplier {:?} is no power of ten; raw values only", short(&found.text));
            self.warn(WarningKind::BadMultiplier, found, message);
        }
        power
    }

    pub(crate) fn usage_point(&mut self, node: &Node) -> UsagePoint {
        let category = node.child("ServiceCategory");
        let kind = category.and_then(|category| self.number(category, "kind"));
        let delivery_point = node.child("ServiceDeliveryPoint");
        UsagePoint {
            href: self.entry.own.clone(),
            title: self.entry.title.clone(),
            service: kind.map(Service::from_code),
            status: self.number(node, "status"),
            delivery_point: delivery_point.and_then(|point| point.string("name")),
            tariff: delivery_point.and_then(|point| point.string("tariffProfile")),
            account: None,
            local_time: None,
        }
    }

    /// The second value is `false` if the multiplier cannot be read, so that no value may be normalised.
    pub(crate) fn reading_type(&mut self, node: &Node) -> (ReadingType, bool) {
        let power = self.power_of_ten(node);
        let stated = node.text_of("powerOfTenMultiplier").is_some();
        let reading_type = ReadingType {
            href: self.entry.own.clone(),
            uom: self.number(node, "uom"),
            power_of_ten: power.filter(|_| stated),
            flow: self.number(node, "flowDirection").map(Flow::from_code),
            accumulation: self.number(node, "accumulationBehaviour"),
            commodity: self.number(node, "commodity"),
            currency: self.number(node, "currency"),
            data_qualifier: self.number(node, "dataQualifier"),
            default_quality: self.number(node, "defaultQuality"),
            interval_length: self.number(node, "intervalLength"),
            kind: self.number(node, "kind"),
            phase: self.number(node, "phase"),
            time_attribute: self.number(node, "timeAttribute"),
            measuring_period: self.number(node, "measuringPeriod"),
            tou: self.number(node, "tou"),
        };
        (reading_type, power.is_some())
    }

    pub(crate) fn local_time(&mut self, node: &Node) -> LocalTime {
        let offset: i32 = self.number(node, "tzOffset").unwrap_or(0);
        let dst_offset: i32 = self.number(node, "dstOffset").unwrap_or(0);
        let mut rule = |name: &str| {
            let found = node.child(name)?;
            DstRule::parse(&found.text).unwrap_or_else(|_| {
                let text = short(&found.text);
                let message =
                    format!("<{name}> {text:?} names no day; local time is shown without daylight saving");
                self.warn(WarningKind::BadDstRule, found, message);
                None
            })
        };
        let (start, end) = (rule("dstStartRule"), rule("dstEndRule"));
        // Offsets beyond a day are no time zone; they would only make the report wrong.
        let sane = |offset: i32| if (-86_400..=86_400).contains(&offset) { offset } else { 0 };
        LocalTime { offset: sane(offset), dst_offset: sane(dst_offset), dst: start.zip(end) }
    }

    pub(crate) fn bill(&mut self, node: &Node) -> Bill {
        let quality = self.number(node, "qualityOfReading");
        let status = self.epoch(node, "statusTimeStamp");
        let items = node.all("costAdditionalDetailLastPeriod").map(|item| self.line_item(item)).collect();
        let bill = Bill {
            usage_point: None,
            href: self.entry.own.clone(),
            title: self.entry.title.clone(),
            period: self.period(node, "billingPeriod"),
            amount: self.money(node, "billLastPeriod"),
            to_date: self.money(node, "billToDate"),
            additional: self.money(node, "costAdditionalLastPeriod"),
            currency: self.number(node, "currency"),
            consumption: self.measurement(node, "overallConsumptionLastPeriod"),
            consumption_also: None,
            current_consumption: self.measurement(node, "currentBillingPeriodOverAllConsumption"),
            items,
            quality,
            estimated: matches!(quality, Some(8 | 9)),
            status_time: status.and_then(|seconds| Timestamp::from_second(seconds).ok()),
            commodity: self.number(node, "commodity"),
            tariff: node.text_of("tariffProfile").map(str::to_owned),
            read_cycle: node.text_of("readCycle").map(str::to_owned),
            agency: node.child("billingChargeSource").and_then(|source| source.string("agencyName")),
            statement: self.entry.statement.clone(),
            note: None,
        };
        self.check(&bill, node);
        bill
    }

    fn line_item(&mut self, node: &Node) -> LineItem {
        let measurement = node.child("measurement");
        // Some feeds give an amount its own multiplier, in a measurement of money without a value.
        let own_scale = measurement.filter(|m| m.text_of("uom") == Some("80") && m.text_of("value").is_none());
        let power = own_scale.filter(|m| m.text_of("powerOfTenMultiplier").is_some());
        let amount = match power.and_then(|measurement| self.power_of_ten(measurement)) {
            Some(power) => {
                let message = format!("the line's amount was scaled by its own multiplier, 10^{power}");
                self.warn(WarningKind::ScaledLineItem, node, message);
                self.with(node, "amount", |text| decimal::shift10(decimal::parse(text)?, power))
            }
            None => self.money(node, "amount"),
        };
        LineItem {
            amount,
            note: node.text_of("note").map(str::to_owned),
            measurement: if own_scale.is_some() { None } else { self.measurement(node, "measurement") },
            kind: self.number(node, "itemKind").map(ItemKind::from_code),
            unit_cost: self.money(node, "unitCost"),
            period: self.period(node, "itemPeriod"),
        }
    }

    fn check(&mut self, bill: &Bill, node: &Node) {
        let has_money = bill.amount.is_some() || bill.items.iter().any(|item| item.amount.is_some());
        if bill.currency.is_none() && has_money {
            let message = "the bill states no currency; its amounts are kept without one".to_owned();
            self.warn(WarningKind::MissingCurrency, node, message);
        }
        let (Some(amount), Some(lines)) = (bill.amount, bill.itemised()) else { return };
        // A cent is left for the rounding of lines.
        let differs = |a: Decimal, b: Decimal| a.checked_sub(b).is_none_or(|by| by.abs() > Decimal::new(1, 2));
        if !amount.is_zero() && differs(amount, lines) {
            let (amount, lines) = (amount.normalize(), lines.normalize());
            let hint = match decimal::shift10(amount, 2) {
                Some(scaled) if !differs(scaled, lines) => {
                    "; it seems to be counted in thousandths, use the lines' sum"
                }
                _ => "; both are kept",
            };
            let message =
                format!("billLastPeriod is {amount}, the lines that charge something add up to {lines}{hint}");
            self.warn(WarningKind::BillMismatch, node, message);
        }
    }

    /// Adds a record of the retail customer.
    pub(crate) fn customer(&mut self, node: &Node, customers: &mut Customers) {
        let href = self.entry.own.clone();
        let party = |node: &Node| Customer {
            href: href.clone(),
            name: node
                .string("customerName")
                .or_else(|| node.string("organisationName"))
                .or_else(|| node.text_of("name").map(str::to_owned)),
            email: node.string("email1"),
            address: node.find("streetAddress").or_else(|| node.find("postalAddress")).and_then(address),
        };
        let named = |field: &str| node.string(field).or_else(|| node.text_of("name").map(str::to_owned));
        match node.name.as_str() {
            "Customer" => customers.customers.push(party(node)),
            "ServiceSupplier" => customers.suppliers.push(party(node)),
            "CustomerAccount" => customers.accounts.push(Account {
                href,
                number: named("accountId"),
                title: self.entry.title.clone(),
            }),
            "CustomerAgreement" => customers.agreements.push(Agreement {
                href,
                number: named("agreementId"),
                signed: node.string("signDate"),
            }),
            "ServiceLocation" => {
                let links = node.find("UsagePoints").map(|points| &points.children[..]).unwrap_or_default();
                let link =
                    |point: &Node| if point.href.is_empty() { point.text.clone() } else { point.href.clone() };
                customers.locations.push(ServiceLocation {
                    href,
                    address: node.find("mainAddress").and_then(address),
                    usage_points: links.iter().map(link).filter(|link| !link.is_empty()).collect(),
                });
            }
            "Meter" | "EndDevice" => customers.meters.push(Meter {
                href,
                serial_number: named("serialNumber"),
                kind: node.text_of("type").map(str::to_owned),
            }),
            _ => customers.statements.push(Statement {
                href,
                date: node.string("statementDate").or_else(|| node.string("createdDateTime")),
                uri: node
                    .string("contentURI")
                    .or_else(|| node.string("uri"))
                    .or_else(|| self.entry.statement.clone()),
            }),
        }
    }
}

fn address(node: &Node) -> Option<Address> {
    let street = node.child("streetDetail");
    let town = node.child("townDetail");
    let parts = ["number", "prefix", "name", "type", "suffix", "suiteNumber", "addressGeneral"];
    let words: Vec<&str> =
        street.into_iter().flat_map(|s| parts.iter().filter_map(|part| s.text_of(part))).collect();
    let of_town = |name| town.and_then(|town| town.text_of(name)).map(str::to_owned);
    let address = Address {
        street: (!words.is_empty()).then(|| words.join(" ")),
        town: of_town("name"),
        state: of_town("stateOrProvince"),
        postal_code: node.string("postalCode").or_else(|| of_town("code")),
        country: of_town("country"),
    };
    (address != Address::default()).then_some(address)
}

fn short(text: &str) -> String {
    text.chars().take(20).collect()
}
