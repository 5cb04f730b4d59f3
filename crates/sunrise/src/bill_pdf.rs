//! A bill as PDF: text in the fonts that every reader has, so no font file is needed.

use jiff::ToSpan;
use jiff::civil::Date;
use pdf_writer::{Content, Date as PdfDate, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

use crate::data::{Account, Bill, Money, moved};
use crate::web::{long_date, service, thousandths, unit};

/// What stands on a bill. Everything is text or an exact amount; nothing is computed here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillFigures {
    /// Name of the utility.
    pub utility: String,
    /// Said below the name, for example that this is a sandbox.
    pub note: String,
    /// Name of the customer.
    pub customer: String,
    /// Service address.
    pub address: String,
    /// Account number.
    pub account_number: String,
    /// Number of the statement.
    pub statement_number: String,
    /// Date of the statement.
    pub issued: Date,
    /// First day of the period.
    pub from: Date,
    /// Last day of the period.
    pub to: Date,
    /// Day on which it is to be paid.
    pub due: Date,
    /// What was left of the statement before.
    pub previous_balance: Money,
    /// Payments since, negative.
    pub payments: Money,
    /// The charges, by service.
    pub services: Vec<ServiceFigures>,
    /// Sum of the charges.
    pub new_charges: Money,
    /// What is to be paid.
    pub total_due: Money,
}

/// The charges for one service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceFigures {
    /// Service, meter and tariff.
    pub title: String,
    /// What was used, with the unit.
    pub usage: String,
    /// Name, quantity and price, amount of each charge.
    pub lines: Vec<(String, String, Money)>,
    /// Sum of the lines.
    pub total: Money,
}

impl BillFigures {
    /// The figures of a bill of Sunrise Power & Gas.
    pub fn of(account: &Account, bill: &Bill) -> Self {
        let services = bill.sections.iter().map(|section| {
            let unit = unit(section.meter.kind);
            let back = match section.meter.net {
                true => format!(" from the grid, {} {unit} to the grid", thousandths(section.received)),
                false => String::new(),
            };
            ServiceFigures {
                title: format!(
                    "{} · meter {} · {}",
                    service(section.meter.kind),
                    section.meter.serial,
                    section.tariff
                ),
                usage: format!("{} {unit}{back}", thousandths(section.delivered)),
                lines: section
                    .lines
                    .iter()
                    .map(|line| {
                        let quantity = match line.per_day {
                            true => format!("{} days at {}", line.quantity, line.price),
                            false => format!("{} {unit} at {}", thousandths(line.quantity), line.price),
                        };
                        (line.label.to_owned(), quantity, line.amount)
                    })
                    .collect(),
                total: section.total(),
            }
        });
        Self {
            utility: "Sunrise Power & Gas".to_owned(),
            note: "Sandbox: this utility does not exist and the customer is invented. Do not pay.".to_owned(),
            customer: account.holder.to_owned(),
            address: account.address.clone(),
            account_number: account.number.clone(),
            statement_number: bill.number.clone(),
            issued: bill.issued,
            from: bill.period.start,
            to: moved(bill.period.end, 1.day(), -1),
            due: bill.due,
            previous_balance: bill.previous_balance,
            payments: bill.payments,
            services: services.collect(),
            new_charges: bill.new_charges,
            total_due: bill.total_due,
        }
    }
}

/// US Letter, in points.
const PAGE: (f32, f32) = (612.0, 792.0);
const LEFT: f32 = 56.0;
const RIGHT: f32 = PAGE.0 - 56.0;
const BOTTOM: f32 = 72.0;
const REGULAR: Name<'static> = Name(b"F1");
const BOLD: Name<'static> = Name(b"F2");
const INK: [f32; 3] = [0.10, 0.13, 0.25];
const QUIET: [f32; 3] = [0.36, 0.38, 0.46];
const NAVY: [f32; 3] = [0.17, 0.23, 0.47];
const AMBER: [f32; 3] = [1.0, 0.62, 0.27];

/// The bill as a PDF file.
pub fn render(bill: &BillFigures) -> Vec<u8> {
    let mut sheet = Sheet { pages: vec![Content::new()], y: PAGE.1 };
    sheet.head(bill);
    sheet.summary(bill);
    for service in &bill.services {
        sheet.service(service);
    }
    sheet.need(30.0);
    sheet.y -= 22.0;
    sheet.small("Questions? This is a sandbox: the telephone number 1-555-0100 is answered by no one.");
    sheet.write(bill)
}

/// Pages in the making, and the height to which the last one is filled.
struct Sheet {
    pages: Vec<Content>,
    y: f32,
}

impl Sheet {
    fn head(&mut self, bill: &BillFigures) {
        let page = self.page();
        colour(page, NAVY);
        page.rect(0.0, PAGE.1 - 92.0, PAGE.0, 92.0).fill_nonzero();
        colour(page, AMBER);
        page.rect(0.0, PAGE.1 - 96.0, PAGE.0, 4.0).fill_nonzero();
        text(page, BOLD, 20.0, LEFT, PAGE.1 - 50.0, [1.0; 3], &bill.utility);
        text(page, REGULAR, 9.0, LEFT, PAGE.1 - 70.0, [1.0; 3], &bill.note);
        self.y = PAGE.1 - 132.0;
    }

    fn summary(&mut self, bill: &BillFigures) {
        let top = self.y;
        let page = self.page();
        text(page, BOLD, 12.0, LEFT, top, INK, &bill.customer);
        text(page, REGULAR, 10.0, LEFT, top - 16.0, QUIET, &bill.address);
        let rows = [
            ("Account number", bill.account_number.clone()),
            ("Statement number", bill.statement_number.clone()),
            ("Statement date", long_date(bill.issued)),
            ("Period", format!("{} to {}", long_date(bill.from), long_date(bill.to))),
        ];
        let mut y = top - 44.0;
        for (label, value) in &rows {
            text(page, REGULAR, 10.0, LEFT, y, QUIET, label);
            text(page, REGULAR, 10.0, LEFT + 110.0, y, INK, value);
            y -= 16.0;
        }
        text(page, REGULAR, 10.0, 410.0, top, QUIET, "Amount due");
        text(page, BOLD, 24.0, 410.0, top - 28.0, NAVY, &bill.total_due.to_string());
        let due = if bill.total_due > Money::ZERO {
            format!("Due {}", long_date(bill.due))
        } else {
            "Nothing to pay".to_owned()
        };
        text(page, REGULAR, 10.0, 410.0, top - 46.0, INK, &due);
        self.y = y - 14.0;
        self.title("Summary");
        self.row("Previous balance", "", bill.previous_balance, false);
        self.row("Payments received", "", bill.payments, false);
        self.row("New charges", "", bill.new_charges, false);
        self.rule();
        self.row("Amount due", "", bill.total_due, true);
    }

    fn service(&mut self, service: &ServiceFigures) {
        // A service stays together, unless it is longer than a page.
        self.need(60.0 + 17.0 * service.lines.len() as f32);
        self.y -= 20.0;
        self.title(&service.title);
        self.small(&format!("Usage: {}", service.usage));
        for (label, quantity, amount) in &service.lines {
            self.row(label, quantity, *amount, false);
        }
        self.rule();
        self.row("Total", "", service.total, true);
    }

    fn title(&mut self, title: &str) {
        let y = self.y;
        text(self.page(), BOLD, 12.0, LEFT, y, NAVY, title);
        self.y -= 19.0;
    }

    fn small(&mut self, words: &str) {
        let y = self.y;
        text(self.page(), REGULAR, 9.0, LEFT, y, QUIET, words);
        self.y -= 17.0;
    }

    fn row(&mut self, label: &str, quantity: &str, amount: Money, strong: bool) {
        self.need(17.0);
        let y = self.y;
        let font = if strong { BOLD } else { REGULAR };
        let amount = amount.to_string();
        let page = self.page();
        text(page, font, 10.0, LEFT, y, INK, label);
        text(page, REGULAR, 10.0, 400.0 - width(quantity, 10.0), y, QUIET, quantity);
        text(page, font, 10.0, RIGHT - width(&amount, 10.0), y, INK, &amount);
        self.y -= 17.0;
    }

    fn rule(&mut self) {
        let y = self.y + 9.0;
        let page = self.page();
        page.set_stroke_rgb(0.80, 0.81, 0.86).set_line_width(0.75);
        page.move_to(LEFT, y).line_to(RIGHT, y).stroke();
        self.y -= 5.0;
    }

    /// Goes on to another page where this one has less room.
    fn need(&mut self, height: f32) {
        if self.y - height < BOTTOM {
            self.pages.push(Content::new());
            self.y = PAGE.1 - 72.0;
        }
    }

    fn page(&mut self) -> &mut Content {
        if self.pages.is_empty() {
            self.pages.push(Content::new());
        }
        let last = self.pages.len() - 1;
        &mut self.pages[last]
    }

    fn write(self, bill: &BillFigures) -> Vec<u8> {
        let [catalog, tree, regular, bold, info] = [1, 2, 3, 4, 5].map(Ref::new);
        let count = i32::try_from(self.pages.len()).unwrap_or(0);
        let page = |at: i32| (Ref::new(6 + 2 * at), Ref::new(7 + 2 * at));
        let mut pdf = Pdf::new();
        pdf.catalog(catalog).pages(tree).lang(TextStr("en-US"));
        pdf.pages(tree).kids((0..count).map(|at| page(at).0)).count(count);
        pdf.type1_font(regular).base_font(Name(b"Helvetica")).encoding_predefined(Name(b"WinAnsiEncoding"));
        pdf.type1_font(bold).base_font(Name(b"Helvetica-Bold")).encoding_predefined(Name(b"WinAnsiEncoding"));
        for (at, content) in (0..count).zip(self.pages) {
            let (this, stream) = page(at);
            let mut out = pdf.page(this);
            out.parent(tree).media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1)).contents(stream);
            out.resources().fonts().pair(REGULAR, regular).pair(BOLD, bold);
            out.finish();
            pdf.stream(stream, &content.finish());
        }
        let title = format!("Statement {} of {}", bill.statement_number, bill.utility);
        let year = u16::try_from(bill.issued.year()).unwrap_or(0);
        let date =
            PdfDate::new(year).month(bill.issued.month().unsigned_abs()).day(bill.issued.day().unsigned_abs());
        pdf.document_info(info).title(TextStr(&title)).author(TextStr(&bill.utility)).creation_date(date);
        pdf.finish()
    }
}

fn colour(page: &mut Content, [red, green, blue]: [f32; 3]) {
    page.set_fill_rgb(red, green, blue);
}

fn text(page: &mut Content, font: Name<'_>, size: f32, x: f32, y: f32, ink: [f32; 3], words: &str) {
    if words.is_empty() {
        return;
    }
    colour(page, ink);
    page.begin_text().set_font(font, size).next_line(x, y).show(Str(&win_ansi(words))).end_text();
}

/// The characters of the western code page; a question mark for others.
fn win_ansi(words: &str) -> Vec<u8> {
    let byte = |c| match c {
        ' '..='~' | '\u{a0}'..='\u{ff}' => u8::try_from(u32::from(c)).unwrap_or(b'?'),
        '’' => 0x92,
        '–' => 0x96,
        '•' => 0x95,
        '€' => 0x80,
        _ => b'?',
    };
    words.chars().map(byte).collect()
}

/// How wide a text is in Helvetica. Bold figures, the only bold text that is set to the right, are
/// as wide.
fn width(words: &str, size: f32) -> f32 {
    let units: u16 = words
        .chars()
        .map(|c| match c {
            ' ' | '.' | ',' | '/' | ':' | 'f' | 't' | 'I' => 278,
            '-' | '(' | ')' | 'r' => 333,
            'i' | 'j' | 'l' => 222,
            'c' | 'k' | 's' | 'v' | 'x' | 'y' | 'z' => 500,
            'm' => 833,
            'w' => 722,
            'W' => 944,
            'A' | 'B' | 'E' | 'K' | 'P' | 'S' | 'V' | 'X' | 'Y' => 667,
            'C' | 'D' | 'H' | 'N' | 'R' | 'U' => 722,
            _ => 556,
        })
        .sum();
    f32::from(units) * size / 1000.0
}
