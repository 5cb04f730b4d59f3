//! Records of the retail customer (namespace `http://naesb.org/espi/customer`). All of it is personal data.

/// The records of a retail customer feed, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Customers {
    /// `Customer`.
    pub customers: Vec<Customer>,
    /// `CustomerAccount`.
    pub accounts: Vec<Account>,
    /// `CustomerAgreement`.
    pub agreements: Vec<Agreement>,
    /// `ServiceLocation`.
    pub locations: Vec<ServiceLocation>,
    /// `Meter` and `EndDevice`.
    pub meters: Vec<Meter>,
    /// `ServiceSupplier`.
    pub suppliers: Vec<Customer>,
    /// `Statement`: bills as documents.
    pub statements: Vec<Statement>,
}

impl Customers {
    /// Whether there is no record at all.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A person or an organisation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Customer {
    /// The entry's `self` link.
    pub href: Option<String>,
    /// `customerName`, or the organisation's name.
    pub name: Option<String>,
    /// `email1`.
    pub email: Option<String>,
    /// The street or postal address.
    pub address: Option<Address>,
}

/// An account with the utility.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Account {
    /// The entry's `self` link.
    pub href: Option<String>,
    /// `accountId`, else `name`: the account number, with its leading zeros.
    pub number: Option<String>,
    /// The entry's title.
    pub title: Option<String>,
}

/// An agreement: the contract for a service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Agreement {
    /// The entry's `self` link.
    pub href: Option<String>,
    /// `agreementId`, else `name`.
    pub number: Option<String>,
    /// `signDate`, as it stands.
    pub signed: Option<String>,
}

/// Where a service is delivered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServiceLocation {
    /// The entry's `self` link.
    pub href: Option<String>,
    /// `mainAddress`.
    pub address: Option<Address>,
    /// Links to usage points.
    pub usage_points: Vec<String>,
}

/// A meter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Meter {
    /// The entry's `self` link.
    pub href: Option<String>,
    /// `serialNumber`, else `name`: with its leading zeros.
    pub serial_number: Option<String>,
    /// `type`.
    pub kind: Option<String>,
}

/// A bill as a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statement {
    /// The entry's `self` link.
    pub href: Option<String>,
    /// `statementDate`, else `createdDateTime`, as it stands.
    pub date: Option<String>,
    /// Where the document is.
    pub uri: Option<String>,
}

/// An address, in lines as one would write them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Address {
    /// Number, street and unit.
    pub street: Option<String>,
    /// Town.
    pub town: Option<String>,
    /// State or province.
    pub state: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// Country.
    pub country: Option<String>,
}
