//! The Green Button feed: Atom with ESPI resources, as download and as Connect My Data answer.

use std::fmt::Write as _;

use connect_core::connector::MeterKind;
use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use crate::data::{self, Account, Bill, Days, Draw, Flow, Meter, Money, Quality, Reading, Section};

/// What a feed is to hold.
#[derive(Clone, Copy, Debug)]
pub struct FeedRequest<'a> {
    /// Path of the collection in which the usage points are.
    pub root: &'a str,
    /// Path of the feed itself.
    pub this: &'a str,
    /// Accounts.
    pub accounts: &'a [Account],
    /// Local days.
    pub days: Days,
    /// The time at which it is made.
    pub now: Timestamp,
}

/// The feed: readings of the days, and the bills whose period has a day in common with them.
pub fn feed(request: &FeedRequest<'_>) -> String {
    let mut out = Feed::begin(request);
    for account in request.accounts {
        let bills = data::bills(account, request.now);
        for meter in &account.meters {
            out.usage_point(request, account, meter, &bills);
        }
    }
    out.end()
}

/// Whether a feed would hold neither a reading nor a bill.
pub fn is_empty(request: &FeedRequest<'_>) -> bool {
    request.accounts.iter().all(|account| {
        let had = data::history(account, request.now);
        let billed = data::bills(account, request.now).iter().any(|bill| meets(bill.period, request.days));
        let read = account.meters.iter().any(|meter| meter.resolution.seconds().is_some());
        !(billed || (read && meets(had, request.days)))
    })
}

fn meets(a: Days, b: Days) -> bool {
    a.start < b.end && b.start < a.end
}

struct Feed {
    xml: String,
    updated: String,
    /// Reading types that are there already: meters have them in common.
    described: Vec<String>,
}

impl Feed {
    fn begin(request: &FeedRequest<'_>) -> Self {
        let now = Timestamp::from_second(request.now.as_second()).unwrap_or(request.now);
        let mut feed =
            Self { xml: String::with_capacity(64 * 1024), updated: now.to_string(), described: Vec::new() };
        feed.put("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n");
        feed.leaf(" ", "id", &urn(&[request.this, &feed.updated]));
        feed.leaf(" ", "title", "Sunrise Power & Gas: Green Button data (sandbox)");
        feed.leaf(" ", "updated", &feed.updated.clone());
        feed.link("self", request.this);
        feed.entry("Time in California", "/espi/1_1/resource/LocalTimeParameters/1", &[], LOCAL_TIME);
        feed
    }

    fn end(mut self) -> String {
        self.put("</feed>\n");
        self.xml
    }

    fn usage_point(&mut self, request: &FeedRequest<'_>, account: &Account, meter: &Meter, bills: &[Bill]) {
        let point = format!("{}/{}", request.root, meter.id);
        let bills: Vec<_> = bills.iter().filter(|bill| meets(bill.period, request.days)).collect();
        let kind = match meter.kind {
            MeterKind::Electric => 0,
            MeterKind::Gas => 1,
        };
        let mut related = vec!["/espi/1_1/resource/LocalTimeParameters/1".to_owned()];
        if meter.resolution.seconds().is_some() {
            related.extend(meter.flows().iter().map(|flow| format!("{point}/MeterReading/{}", name(*flow))));
        }
        related.extend(bills.iter().map(|bill| format!("{point}/UsageSummary/{}", bill.id)));
        let tariff = match meter.kind {
            MeterKind::Electric => data::ELECTRIC.name,
            MeterKind::Gas => data::GAS.name,
        };
        let content = format!(
            "<UsagePoint xmlns=\"http://naesb.org/espi\"><ServiceCategory><kind>{kind}</kind></ServiceCategory>\
             <status>{}</status><ServiceDeliveryPoint><name>{}</name><tariffProfile>{tariff}</tariffProfile>\
             <customerAgreement>{}</customerAgreement></ServiceDeliveryPoint></UsagePoint>",
            u8::from(!account.closed),
            meter.serial,
            account.number,
        );
        self.entry(&account.address, &point, &related, &content);
        if let Some(seconds) = meter.resolution.seconds() {
            for flow in meter.flows() {
                self.meter_reading(request, account, meter, *flow, seconds, &point);
            }
        }
        for bill in bills {
            if let Some(section) = bill.sections.iter().find(|section| section.meter.id == meter.id) {
                let this = format!("{point}/UsageSummary/{}", bill.id);
                self.entry(&format!("Statement {}", bill.number), &this, &[], &summary(bill, section));
            }
        }
    }

    fn meter_reading(
        &mut self,
        request: &FeedRequest<'_>,
        account: &Account,
        meter: &Meter,
        flow: Flow,
        seconds: u32,
        point: &str,
    ) {
        let this = format!("{point}/MeterReading/{}", name(flow));
        let letter = if meter.kind == MeterKind::Gas { "gas" } else { "electricity" };
        let reading_type = format!("/espi/1_1/resource/ReadingType/{letter}-{}-{seconds}", name(flow));
        let title = match (meter.kind, flow) {
            (MeterKind::Gas, _) => "Gas delivered",
            (MeterKind::Electric, Flow::Delivered) => "Electricity delivered",
            (MeterKind::Electric, Flow::Received) => "Electricity received",
        };
        let (from, to) = (data::day_start(request.days.start), data::day_start(request.days.end));
        let readings = data::readings(account, meter, flow, from, to, request.now);
        // A block for each day; for daily readings, for each month.
        let key = |reading: &Reading| {
            let date = data::local_date(reading.start);
            if seconds == 86_400 { date.first_of_month() } else { date }
        };
        let blocks: Vec<(Date, &[Reading])> = readings
            .chunk_by(|a, b| key(a) == key(b))
            .filter_map(|block| Some((key(block.first()?), block)))
            .collect();
        let block_path = |date: Date| format!("{this}/IntervalBlock/{}", date.strftime("%Y%m%d"));
        let mut related = vec![reading_type.clone()];
        related.extend(blocks.iter().map(|(date, _)| block_path(*date)));
        self.entry(title, &this, &related, "<MeterReading xmlns=\"http://naesb.org/espi\"/>");
        if !self.described.contains(&reading_type) {
            self.entry(title, &reading_type, &[], &describe(meter.kind, flow, seconds));
            self.described.push(reading_type);
        }
        for (date, block) in blocks {
            self.entry("", &block_path(date), &[], &interval_block(block));
        }
    }

    fn entry(&mut self, title: &str, this: &str, related: &[String], content: &str) {
        self.put("<entry>\n");
        self.leaf(" ", "id", &urn(&[this]));
        self.link("self", this);
        if let Some((up, _)) = this.rsplit_once('/') {
            self.link("up", up);
        }
        for href in related {
            self.link("related", href);
        }
        self.leaf(" ", "title", title);
        self.put(" <content>");
        self.put(content);
        self.put("</content>\n");
        self.leaf(" ", "published", &self.updated.clone());
        self.leaf(" ", "updated", &self.updated.clone());
        self.put("</entry>\n");
    }

    fn link(&mut self, rel: &str, href: &str) {
        self.put(&format!(" <link rel=\"{rel}\" href=\"{}\"/>\n", escaped(href)));
    }

    fn leaf(&mut self, indent: &str, tag: &str, text: &str) {
        self.put(&format!("{indent}<{tag}>{}</{tag}>\n", escaped(text)));
    }

    fn put(&mut self, text: &str) {
        self.xml.push_str(text);
    }
}

/// The rules of the United States as ESPI writes them, eight hours behind UTC.
const LOCAL_TIME: &str = "<LocalTimeParameters xmlns=\"http://naesb.org/espi\">\
    <dstEndRule>B40E2000</dstEndRule><dstOffset>3600</dstOffset>\
    <dstStartRule>360E2000</dstStartRule><tzOffset>-28800</tzOffset></LocalTimeParameters>";

fn describe(kind: MeterKind, flow: Flow, seconds: u32) -> String {
    let (commodity, power, uom) = unit(kind);
    let direction = match flow {
        Flow::Delivered => 1,
        Flow::Received => 19,
    };
    format!(
        "<ReadingType xmlns=\"http://naesb.org/espi\"><accumulationBehaviour>4</accumulationBehaviour>\
         <commodity>{commodity}</commodity><currency>840</currency><dataQualifier>12</dataQualifier>\
         <flowDirection>{direction}</flowDirection><intervalLength>{seconds}</intervalLength><kind>12</kind>\
         <powerOfTenMultiplier>{power}</powerOfTenMultiplier><timeAttribute>0</timeAttribute>\
         <uom>{uom}</uom></ReadingType>"
    )
}

/// Commodity, power of ten and unit: Wh, or thousandths of a therm.
fn unit(kind: MeterKind) -> (u8, i8, u16) {
    match kind {
        MeterKind::Electric => (1, 0, 72),
        MeterKind::Gas => (7, -3, 169),
    }
}

fn interval_block(block: &[Reading]) -> String {
    let start = block.first().map_or(0, |reading| reading.start.as_second());
    let end = block.last().map_or(0, |reading| reading.start.as_second() + i64::from(reading.seconds));
    let mut out = format!(
        "<IntervalBlock xmlns=\"http://naesb.org/espi\"><interval><duration>{}</duration>\
         <start>{start}</start></interval>",
        end - start
    );
    for reading in block {
        let quality = match reading.quality {
            Quality::Validated => 17,
            Quality::Estimated => 8,
            Quality::Derived => 11,
        };
        let _ = write!(
            out,
            "\n<IntervalReading><ReadingQuality><quality>{quality}</quality></ReadingQuality><timePeriod>\
             <duration>{}</duration><start>{}</start></timePeriod><value>{}</value></IntervalReading>",
            reading.seconds,
            reading.start.as_second(),
            reading.value,
        );
    }
    out.push_str("\n</IntervalBlock>");
    out
}

fn summary(bill: &Bill, section: &Section) -> String {
    let start = data::day_start(bill.period.start).as_second();
    let end = data::day_start(bill.period.end).as_second();
    let period = format!("<duration>{}</duration><start>{start}</start>", end - start);
    let (commodity, power, uom) = unit(section.meter.kind);
    let Money(total) = section.total();
    let mut out = format!(
        "<UsageSummary xmlns=\"http://naesb.org/espi\"><billingPeriod>{period}</billingPeriod>\
         <billLastPeriod>{total}</billLastPeriod>"
    );
    for line in &section.lines {
        let _ = write!(
            out,
            "\n<costAdditionalDetailLastPeriod><amount>{}</amount><note>{}</note><itemKind>{}</itemKind>\
             <unitCost>{}</unitCost><itemPeriod>{period}</itemPeriod></costAdditionalDetailLastPeriod>",
            line.amount.0,
            escaped(line.label),
            line.kind as u8,
            line.price.0,
        );
    }
    let _ = write!(
        out,
        "\n<currency>840</currency><overallConsumptionLastPeriod><powerOfTenMultiplier>{power}\
         </powerOfTenMultiplier><timeStamp>{end}</timeStamp><uom>{uom}</uom><value>{}</value>\
         </overallConsumptionLastPeriod><qualityOfReading>17</qualityOfReading><statusTimeStamp>{}\
         </statusTimeStamp><commodity>{commodity}</commodity><tariffProfile>{}</tariffProfile></UsageSummary>",
        section.delivered,
        data::day_start(bill.issued).as_second(),
        section.tariff,
    );
    out
}

fn name(flow: Flow) -> &'static str {
    match flow {
        Flow::Delivered => "delivered",
        Flow::Received => "received",
    }
}

/// An identifier that follows from the path.
pub(crate) fn urn(parts: &[&str]) -> String {
    let id: Uuid = Draw::of([b"espi", parts.join("\n").as_bytes()]).uuid();
    format!("urn:uuid:{id}")
}

/// Text for elements and attributes.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}
