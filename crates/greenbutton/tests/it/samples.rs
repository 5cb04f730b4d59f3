//! Every sample file is read to the figures that an independent reader found in it (`samples/MANIFEST.csv`), to
//! the last digit, and the table in `docs/GREENBUTTON.md` says the same.

use std::{fs, path::PathBuf};

use greenbutton::{Document, Flow, Limits, WarningKind, read, uom_symbol};
use rust_decimal::Decimal;

fn sample(file: &str) -> Document {
    let path = samples().join(file);
    read(fs::File::open(&path).unwrap(), &Limits::default()).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn samples() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/samples")
}

/// What was read, in the manifest's columns and spelling.
fn figures(document: &Document) -> Vec<(&'static str, Vec<String>)> {
    let each = |value: &dyn Fn(&greenbutton::Series) -> String| document.series.iter().map(value).collect();
    let scaled = |series: &greenbutton::Series| {
        // The manifest adds up in the file's own unit.
        let power = series.reading_type.power_of_ten.unwrap_or(0);
        let sum: Decimal = series.readings.iter().map(|reading| reading.raw).sum();
        let factor = Decimal::from(10u64.pow(power.unsigned_abs()));
        let sum = if power < 0 { sum / factor } else { sum * factor };
        sum.normalize().to_string()
    };
    let time = |seconds: i64| jiff::Timestamp::from_second(seconds).unwrap().to_string();
    let services: Vec<_> = document.usage_points.iter().filter_map(|point| point.service).collect();
    let mut names: Vec<_> = services.iter().map(ToString::to_string).collect();
    names.dedup();
    vec![
        ("usage_points", vec![document.usage_points.len().to_string()]),
        ("services", names),
        ("meter_series", vec![document.series.len().to_string()]),
        ("interval_blocks", vec![document.series.iter().map(|s| s.blocks).sum::<usize>().to_string()]),
        ("readings", vec![document.tally.found.to_string()]),
        ("uom", each(&|s| s.reading_type.uom.and_then(uom_symbol).unwrap_or("None").to_owned())),
        ("pow10", each(&|s| s.reading_type.power_of_ten.unwrap_or(0).to_string())),
        (
            "flow",
            each(&|s| match s.reading_type.flow {
                Some(Flow::Delivered) => "forward".into(),
                Some(Flow::Received) => "reverse".into(),
                Some(other) => other.to_string(),
                None => "None".into(),
            }),
        ),
        ("total_scaled", each(&scaled)),
        ("total_kWh", each(&|s| s.total().map_or("None".into(), |total| total.normalize().to_string()))),
        ("cost_total", each(&|s| s.cost().map_or(String::new(), |cost| cost.normalize().to_string()))),
        ("first_start_utc", each(&|s| s.span().map_or(String::new(), |(start, _)| time(start)))),
        ("last_end_utc", each(&|s| s.span().map_or(String::new(), |(_, end)| time(end)))),
        ("dup_starts", each(&|s| (s.duplicates + s.superseded.len() as u64).to_string())),
        ("overlaps", each(&|s| s.overlaps().count().to_string())),
        ("gaps", each(&|s| s.gaps().count().to_string())),
        ("summaries", vec![document.bills.len().to_string()]),
    ]
}

/// Numbers of the manifest in plain digits; everything else as it stands.
fn plain(text: &str) -> String {
    let number = Decimal::from_scientific(text).ok().or_else(|| text.parse().ok());
    number.map_or_else(|| text.to_owned(), |number: Decimal| number.normalize().to_string())
}

struct Row {
    file: String,
    fields: Vec<(String, Vec<String>)>,
}

impl Row {
    fn get(&self, column: &str) -> &[String] {
        self.fields.iter().find(|(name, _)| name == column).map_or(&[], |(_, values)| values)
    }
}

fn manifest() -> Vec<Row> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(samples().join("MANIFEST.csv")).unwrap();
    let header = reader.headers().unwrap().clone();
    let rows = reader.records().map(|record| {
        let record = record.unwrap();
        let fields = header
            .iter()
            .zip(&record)
            .map(|(name, value)| (name.to_owned(), value.split(" ; ").map(|part| plain(part.trim())).collect()));
        Row { file: record[0].to_owned(), fields: fields.collect() }
    });
    rows.collect()
}

#[test]
fn every_sample_reads_to_the_figures_of_the_manifest() {
    let mut compared = 0;
    for row in manifest() {
        if row.get("readings").is_empty() {
            // Not well-formed by namespaces; see `a_fragment_with_an_unbound_prefix_is_read_with_a_warning`.
            assert_eq!(row.file, "PGEUsageSummary.xml");
            continue;
        }
        let document = sample(&row.file);
        for (column, read) in figures(&document) {
            let mut expected = row.get(column).to_vec();
            match column {
                // The normalised total of a series that is not electricity is in another unit than kWh.
                "total_kWh" if row.get("services").contains(&"gas".to_owned()) => {
                    expected = row.get("total_scaled").to_vec();
                }
                // A cost of 0 throughout is "not stated" here.
                "cost_total" if expected == ["0"] => {
                    assert!(document.warnings.iter().any(|warning| warning.kind == WarningKind::ZeroCost));
                    expected = vec![String::new()];
                }
                _ => {}
            }
            if document.series.is_empty() && expected.iter().all(String::is_empty) {
                continue;
            }
            assert_eq!(read, expected, "{}: {column}", row.file);
            compared += 1;
        }
    }
    assert!(compared > 150, "{compared}");
}

#[test]
fn a_fragment_with_an_unbound_prefix_is_read_with_a_warning() {
    let document = sample("PGEUsageSummary.xml");
    assert_eq!(document.bills.len(), 1);
    assert_eq!(document.bills[0].amount, Some(Decimal::new(23364, 2)));
    assert_eq!(document.bills[0].status_time.unwrap().to_string(), "2015-08-20T22:32:37Z");
    let kinds: Vec<_> = document.warnings.iter().map(|warning| warning.kind).collect();
    assert!(
        kinds.contains(&WarningKind::MillisecondEpoch) && kinds.contains(&WarningKind::UnboundPrefix),
        "{kinds:?}"
    );
}

const BEGIN: &str = "<!-- samples: begin -->\n";
const END: &str = "<!-- samples: end -->";

/// The guide's table: what the manifest expects and what was read.
fn table() -> String {
    let mut out = String::from(
        "| file | points / series / blocks | readings | total, expected | total, read | cost, expected | cost, read | bills | warnings |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    let join = |values: &[String]| match values.iter().all(String::is_empty) {
        true => "–".to_owned(),
        false => values.join(", "),
    };
    for row in manifest() {
        let document = sample(&row.file);
        let read: std::collections::HashMap<_, _> = figures(&document).into_iter().collect();
        let with_unit = |values: &[String], units: &[String]| {
            let each: Vec<String> = values
                .iter()
                .zip(units.iter().chain(std::iter::repeat(&String::new())))
                .map(|(value, unit)| if value.is_empty() { String::new() } else { format!("{value} {unit}") })
                .collect();
            join(&each)
        };
        let mut names: Vec<String> =
            document.warnings.iter().map(|warning| format!("{:?}", warning.kind)).collect();
        names.sort_unstable();
        names.dedup();
        let shape = format!(
            "{} / {} / {}",
            join(&read["usage_points"]),
            join(&read["meter_series"]),
            join(&read["interval_blocks"])
        );
        let cells = [
            row.file.replace("_billing_billing_data_Service_1_1_2021-05-26_to_2024-04-25", "…"),
            shape,
            join(&read["readings"]),
            with_unit(row.get("total_scaled"), row.get("uom")),
            with_unit(&read["total_scaled"], &read["uom"]),
            join(row.get("cost_total")),
            join(&read["cost_total"]),
            join(&read["summaries"]),
            if names.is_empty() { "–".to_owned() } else { names.join(", ") },
        ];
        out.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    let csv = sample("nationalgrid_gas_opower.csv");
    let therms: Decimal = csv.bills.iter().filter_map(|bill| bill.consumption?.quantity).sum();
    let cost: Decimal = csv.bills.iter().filter_map(|bill| bill.amount).sum();
    out.push_str(&format!(
        "| nationalgrid_gas_opower.csv | 1 / 0 / 0 | 0 | 1244 therm | {} therm | 1755.32 (see below) | {} | {} | MissingCurrency |\n",
        therms.normalize(),
        cost.normalize(),
        csv.bills.len()
    ));
    out
}

/// With `UPDATE_DOCS=1` in the environment the table is written instead.
#[test]
fn the_table_in_the_guide_is_what_is_read() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/GREENBUTTON.md");
    // A published crate has no guide beside it.
    let Ok(guide) = fs::read_to_string(&path) else { return };
    let (before, rest) = guide.split_once(BEGIN).expect("the mark before the table");
    let (written, after) = rest.split_once(END).expect("the mark after the table");
    let table = table();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, format!("{before}{BEGIN}{table}{END}{after}")).unwrap();
        return;
    }
    assert_eq!(written, table, "run the tests with UPDATE_DOCS=1 to write the table");
}

#[test]
fn every_reading_of_every_sample_is_in_the_result() {
    for row in manifest() {
        let text = fs::read_to_string(samples().join(&row.file)).unwrap();
        // Independent of the reader: how often the element's start tag stands in the text.
        let tags = text.matches("IntervalReading>").count() / 2;
        let document = sample(&row.file);
        let kept: usize = document.series.iter().map(|series| series.readings.len()).sum();
        assert_eq!((document.tally.found, kept), (tags as u64, tags), "{}", row.file);
    }
}
