//! Accounts and meters of a user.

use connect_core::connector::MeterKind;
use connect_core::store::{Account, Import, Meter, Turn};
use connect_core::usage::Fetched;
use jiff::Timestamp;
use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::rows::{Done, each, kind, kind_name, run, text, uuid, uuid_or_null};
use crate::{bills, readings, sync};

/// [`connect_core::store::Store::accounts`]. One statement, so that a link that is being
/// written at the same time is seen whole or not at all.
pub(crate) fn of_user(conn: &Connection, user: Uuid) -> Done<Vec<Account>> {
    let mut accounts: Vec<Account> = Vec::new();
    each(
        conn,
        "SELECT a.id, a.account_number, a.address, m.id, m.kind
         FROM accounts a LEFT JOIN meters m ON m.user_id = a.user_id AND m.account_id = a.id
         WHERE a.user_id = ?1 ORDER BY a.position, a.id, m.position",
        [user.as_bytes()],
        |row| {
            let id = uuid(row, 0, "account id")?;
            if accounts.last().is_none_or(|last| last.id != id) {
                accounts.push(Account {
                    id,
                    account_number: row.get(1)?,
                    address: row.get(2)?,
                    meters: Vec::new(),
                });
            }
            if let (Some(id), Some(account)) = (uuid_or_null(row, 3, "meter id")?, accounts.last_mut()) {
                account.meters.push(Meter { id, kind: text(row, 4, "meter kind", kind)? });
            }
            Ok(())
        },
    )?;
    Ok(accounts)
}

/// Makes `found` the user's accounts. An account whose number is known keeps its id and those
/// of its meters; one that is not found any more is removed, with all that was read of it. Gives the
/// accounts with their final ids, in the order in which they were found. Meters are matched by their order
/// only where `by_order` says that the same ones are found again.
pub(crate) fn replace(conn: &Connection, user: Uuid, found: Vec<Account>, by_order: bool) -> Done<Vec<Account>> {
    carry_out(conn, user, Plan::new(of_user(conn, user)?, found, by_order))
}

fn carry_out(conn: &Connection, user: Uuid, plan: Plan) -> Done<Vec<Account>> {
    // Deletions first: what comes in may carry the id of what goes.
    for id in &plan.gone_accounts {
        run(conn, "DELETE FROM accounts WHERE user_id = ?1 AND id = ?2", params![user.as_bytes(), id.as_bytes()])?;
    }
    for id in &plan.gone_meters {
        run(conn, "DELETE FROM meters WHERE user_id = ?1 AND id = ?2", params![user.as_bytes(), id.as_bytes()])?;
    }
    for (position, PlannedAccount { account, known, meters }) in (0i64..).zip(&plan.accounts) {
        let sql = if *known {
            "UPDATE accounts SET position = ?3, account_number = ?4, address = ?5 WHERE user_id = ?1 AND id = ?2"
        } else {
            "INSERT INTO accounts (user_id, id, position, account_number, address) VALUES (?1, ?2, ?3, ?4, ?5)"
        };
        let Account { id, account_number, address, .. } = account;
        run(conn, sql, params![user.as_bytes(), id.as_bytes(), position, account_number, address])?;
        for (position, PlannedMeter { meter, known }) in (0i64..).zip(meters) {
            let sql = if *known {
                "UPDATE meters SET account_id = ?3, position = ?4, kind = ?5 WHERE user_id = ?1 AND id = ?2"
            } else {
                "INSERT INTO meters (user_id, id, account_id, position, kind) VALUES (?1, ?2, ?3, ?4, ?5)"
            };
            let kind = kind_name(meter.kind);
            run(conn, sql, params![user.as_bytes(), meter.id.as_bytes(), id.as_bytes(), position, kind])?;
        }
    }
    let whole = |planned: PlannedAccount| Account {
        meters: planned.meters.into_iter().map(|planned| planned.meter).collect(),
        ..planned.account
    };
    Ok(plan.accounts.into_iter().map(whole).collect())
}

/// Like [`replace`], but what is not found stays.
pub(crate) fn merge(conn: &Connection, user: Uuid, found: Vec<Account>) -> Done<Vec<Account>> {
    let plan = Plan::new(of_user(conn, user)?, found, true);
    carry_out(conn, user, Plan { gone_accounts: Vec::new(), gone_meters: Vec::new(), ..plan })
}

/// [`connect_core::store::UsageStore::put_accounts`].
pub(crate) fn put(conn: &Connection, turn: Turn, found: Vec<Account>) -> Done<Option<Vec<Account>>> {
    if sync::hold(conn, turn)?.is_none() {
        return Ok(None);
    }
    // Only the customer makes anything go: a utility's list may be short for a day.
    merge(conn, turn.user_id, found).map(Some)
}

/// Adds what a file holds: accounts, which all stay, and for each its readings and bills.
pub(crate) fn add(
    conn: &Connection,
    user: Uuid,
    found: Vec<Account>,
    at: Timestamp,
    import: Vec<Import>,
) -> Done<()> {
    let added = merge(conn, user, found)?;
    let mut progress = sync::queue(conn, user, None, &of_user(conn, user)?)?;
    for fetched in progress.meters.values_mut() {
        *fetched = fetched.at_rest();
    }
    for (account, Import { meters, bills }) in added.into_iter().zip(import) {
        for (meter, series) in account.meters.into_iter().zip(meters) {
            progress.meters.insert(meter.id, Fetched::by_file(&series));
            readings::add(conn, user, meter.id, at, series)?;
        }
        bills::add(conn, user, account.id, bills)?;
        if !progress.billed.contains(&account.id) {
            progress.billed.push(account.id);
        }
    }
    sync::advance(conn, user, &progress)
}

/// What [`replace`] has to write.
#[derive(Default)]
struct Plan {
    accounts: Vec<PlannedAccount>,
    gone_accounts: Vec<Uuid>,
    gone_meters: Vec<Uuid>,
}

/// An account with its final id; `known` if the row exists. Its meters stand beside it.
struct PlannedAccount {
    account: Account,
    known: bool,
    meters: Vec<PlannedMeter>,
}

/// A meter with its final id; `known` if the row exists.
struct PlannedMeter {
    meter: Meter,
    known: bool,
}

impl Plan {
    fn new(mut stored: Vec<Account>, found: Vec<Account>, by_order: bool) -> Self {
        let mut plan = Self::default();
        for mut account in found {
            // Taken out, so that a number that is listed twice is not matched to one row twice.
            // One that has got another number, or its first, is known by its meters.
            let has =
                |before: &&Account| before.meters.iter().any(|m| account.meters.iter().any(|own| own.id == m.id));
            let same = stored
                .iter()
                .position(|before| has(&before))
                .or_else(|| stored.iter().position(|before| before.account_number == account.account_number));
            let before = same.map(|at| stored.remove(at));
            account.id = before.as_ref().map_or(account.id, |before| before.id);
            let old_meters = before.as_ref().map_or(&[][..], |before| &before.meters);
            let meters = plan.match_meters(old_meters, std::mem::take(&mut account.meters), by_order);
            plan.accounts.push(PlannedAccount { account, known: before.is_some(), meters });
        }
        plan.gone_accounts = stored.iter().map(|account| account.id).collect();
        plan
    }

    /// A meter is known by its id, where the connector has a stable one. Others of a kind are
    /// matched in order, at the same place first, if there are as many as before; if not, nobody knows
    /// which is which, and they are new: readings of two meters must never be mixed.
    fn match_meters(&mut self, stored: &[Meter], found: Vec<Meter>, by_order: bool) -> Vec<PlannedMeter> {
        let mut left: Vec<Option<&Meter>> = stored.iter().map(Some).collect();
        let mut before: Vec<Option<&Meter>> = found
            .iter()
            .map(|meter| left.iter_mut().find_map(|slot| slot.take_if(|s| s.id == meter.id)))
            .collect();
        for kind in [MeterKind::Electric, MeterKind::Gas].into_iter().filter(|_| by_order) {
            let open = found.iter().zip(&before).filter(|(m, before)| m.kind == kind && before.is_none()).count();
            if left.iter().flatten().filter(|meter| meter.kind == kind).count() != open {
                continue;
            }
            let of_kind = |stored: &mut &Meter| stored.kind == kind;
            let mut places = before.iter_mut().zip(&found).zip(&mut left);
            for ((before, meter), slot) in places.by_ref() {
                if meter.kind == kind && before.is_none() {
                    *before = slot.take_if(of_kind);
                }
            }
            for (before, _) in before.iter_mut().zip(&found).filter(|(b, m)| m.kind == kind && b.is_none()) {
                *before = left.iter_mut().find_map(|slot| slot.take_if(of_kind));
            }
        }
        self.gone_meters.extend(left.into_iter().flatten().map(|meter| meter.id));
        let planned = |(meter, before): (Meter, Option<&Meter>)| PlannedMeter {
            meter: Meter { id: before.map_or(meter.id, |before| before.id), ..meter },
            known: before.is_some(),
        };
        found.into_iter().zip(before).map(planned).collect()
    }
}
