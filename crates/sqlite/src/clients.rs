//! Clients, with their secrets and origins.

use connect_core::origin::Origin;
use connect_core::redirect::RedirectUri;
use connect_core::store::{Client, ClientSecret, MAX_SECRETS, SecretAge};
use connect_core::theme::{Logo, LogoKind, Theme};
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use crate::rows::{
    Done, digest, each, environment, environment_name, json, number_or_null, one, redirect_uri, run, text, time,
    uuid,
};

/// [`connect_core::store::ClientStore::add_client`].
pub(crate) fn add(conn: &Connection, client: &Client, secret: &ClientSecret) -> Done<()> {
    run(
        conn,
        "INSERT INTO clients (id, name, environment, code_seconds, theme, terms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            client.id.as_bytes(),
            client.name,
            environment_name(client.environment),
            client.code_seconds,
            theme_text(&client.theme)?,
            client.terms.as_ref().map(RedirectUri::as_str),
        ],
    )?;
    add_secret(conn, client.id, secret)?;
    Ok(())
}

const SELECT: &str = "SELECT id, name, environment, code_seconds, theme, terms FROM clients WHERE id = ?1";

/// [`connect_core::store::ClientStore::client`].
pub(crate) fn by_id(conn: &Connection, id: Uuid) -> Done<Option<Client>> {
    one(conn, SELECT, [id.as_bytes()], client)
}

/// [`connect_core::store::ClientStore::clients`].
pub(crate) fn all(conn: &Connection) -> Done<Vec<Client>> {
    let mut clients = Vec::new();
    each(conn, "SELECT id, name, environment, code_seconds, theme, terms FROM clients ORDER BY id", [], |row| {
        clients.push(client(row)?);
        Ok(())
    })?;
    Ok(clients)
}

fn client(row: &Row<'_>) -> Done<Client> {
    Ok(Client {
        id: uuid(row, 0, "client id")?,
        name: row.get(1)?,
        environment: text(row, 2, "environment", environment)?,
        code_seconds: number_or_null(row, 3, "life of a code")?,
        // Looks, for which no company is shut out: of a later version, or damaged.
        theme: row
            .get::<_, Option<String>>(4)?
            .and_then(|json| serde_json::from_str(&json).ok())
            .unwrap_or_default(),
        terms: row.get::<_, Option<String>>(5)?.and_then(|text| redirect_uri(&text)),
    })
}

fn theme_text(theme: &Theme) -> Done<Option<String>> {
    if *theme == Theme::default() { Ok(None) } else { Ok(Some(json(theme)?)) }
}

/// [`connect_core::store::ClientStore::rename_client`].
pub(crate) fn rename(conn: &Connection, id: Uuid, name: &str) -> Done<bool> {
    Ok(run(conn, "UPDATE clients SET name = ?2 WHERE id = ?1", params![id.as_bytes(), name])? == 1)
}

/// [`connect_core::store::ClientStore::set_terms`].
pub(crate) fn set_terms(conn: &Connection, id: Uuid, terms: Option<&RedirectUri>) -> Done<bool> {
    let terms = terms.map(RedirectUri::as_str);
    Ok(run(conn, "UPDATE clients SET terms = ?2 WHERE id = ?1", params![id.as_bytes(), terms])? == 1)
}

/// [`connect_core::store::ClientStore::set_client_theme`].
pub(crate) fn set_theme(conn: &Connection, id: Uuid, theme: &Theme, logo: Option<&Logo>) -> Done<bool> {
    let changed =
        run(conn, "UPDATE clients SET theme = ?2 WHERE id = ?1", params![id.as_bytes(), theme_text(theme)?])?;
    if changed == 0 {
        return Ok(false);
    }
    if let Some(logo) = logo {
        run(
            conn,
            "INSERT INTO client_logos (client_id, name, media_type, bytes) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (client_id) DO UPDATE SET name = ?2, media_type = ?3, bytes = ?4",
            params![id.as_bytes(), logo.name, logo.kind.media_type(), logo.bytes],
        )?;
    } else if theme.logo.is_none() {
        run(conn, "DELETE FROM client_logos WHERE client_id = ?1", [id.as_bytes()])?;
    }
    Ok(true)
}

/// [`connect_core::store::ClientStore::logo`].
pub(crate) fn logo(conn: &Connection, name: &str) -> Done<Option<Logo>> {
    let sql = "SELECT name, media_type, bytes FROM client_logos WHERE name = ?1 LIMIT 1";
    one(conn, sql, [name], |row| {
        Ok(Logo {
            name: row.get(0)?,
            kind: text(row, 1, "kind of a logo", LogoKind::of_media_type)?,
            bytes: row.get(2)?,
        })
    })
}

/// [`connect_core::store::ClientStore::client_with_secrets`]. Both tables are asked for every id.
pub(crate) fn with_secrets(conn: &Connection, id: Uuid) -> Done<Option<(Client, Vec<ClientSecret>)>> {
    let client = by_id(conn, id)?;
    let mut secrets = Vec::with_capacity(MAX_SECRETS);
    let sql = "SELECT digest, created_at FROM client_secrets WHERE client_id = ?1 ORDER BY number";
    each(conn, sql, [id.as_bytes()], |row| {
        secrets.push(ClientSecret { digest: digest(row, 0, "client secret")?, created_at: time(row, 1, "time")? });
        Ok(())
    })?;
    Ok(client.map(|client| (client, secrets)))
}

/// [`connect_core::store::ClientStore::add_client_secret`]. The count is part of the INSERT.
pub(crate) fn add_secret(conn: &Connection, id: Uuid, secret: &ClientSecret) -> Done<bool> {
    let added = run(
        conn,
        "INSERT INTO client_secrets (client_id, number, digest, created_at)
         SELECT id, (SELECT coalesce(max(number), 0) + 1 FROM client_secrets WHERE client_id = ?1), ?2, ?3
         FROM clients WHERE id = ?1 AND (SELECT count(*) FROM client_secrets WHERE client_id = ?1) < ?4",
        params![id.as_bytes(), secret.digest, secret.created_at.as_millisecond(), MAX_SECRETS as u32],
    )?;
    Ok(added == 1)
}

/// [`connect_core::store::ClientStore::remove_client_secret`]. The last one stays: without it nobody
/// could sign in, and a wrong command would have shut a company out.
pub(crate) fn remove_secret(conn: &Connection, id: Uuid, which: SecretAge) -> Done<bool> {
    let sql = match which {
        SecretAge::Older => {
            "DELETE FROM client_secrets WHERE client_id = ?1
             AND number = (SELECT min(number) FROM client_secrets WHERE client_id = ?1)
             AND (SELECT count(*) FROM client_secrets WHERE client_id = ?1) > 1"
        }
        SecretAge::Newer => {
            "DELETE FROM client_secrets WHERE client_id = ?1
             AND number = (SELECT max(number) FROM client_secrets WHERE client_id = ?1)
             AND (SELECT count(*) FROM client_secrets WHERE client_id = ?1) > 1"
        }
    };
    Ok(run(conn, sql, [id.as_bytes()])? == 1)
}

/// [`connect_core::store::ClientStore::client_origins`].
pub(crate) fn origins(conn: &Connection, id: Uuid) -> Done<Vec<Origin>> {
    let mut origins = Vec::new();
    let sql = "SELECT origin FROM client_origins WHERE client_id = ?1 ORDER BY origin";
    each(conn, sql, [id.as_bytes()], |row| {
        origins.push(text(row, 0, "origin", |text| Origin::parse(text).ok())?);
        Ok(())
    })?;
    Ok(origins)
}

/// [`connect_core::store::ClientStore::add_client_origin`].
pub(crate) fn add_origin(conn: &Connection, id: Uuid, origin: &Origin) -> Done<bool> {
    if by_id(conn, id)?.is_none() {
        return Ok(false);
    }
    run(
        conn,
        "INSERT INTO client_origins (client_id, origin) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
        params![id.as_bytes(), origin.as_str()],
    )?;
    Ok(true)
}

/// [`connect_core::store::ClientStore::remove_client_origin`].
pub(crate) fn remove_origin(conn: &Connection, id: Uuid, origin: &Origin) -> Done<bool> {
    let removed = run(
        conn,
        "DELETE FROM client_origins WHERE client_id = ?1 AND origin = ?2",
        params![id.as_bytes(), origin.as_str()],
    )?;
    Ok(removed == 1)
}

/// [`connect_core::store::ClientStore::redirect_uris`].
pub(crate) fn redirect_uris(conn: &Connection, id: Uuid) -> Done<Vec<RedirectUri>> {
    let mut uris = Vec::new();
    let sql = "SELECT uri FROM client_redirect_uris WHERE client_id = ?1 ORDER BY uri";
    each(conn, sql, [id.as_bytes()], |row| {
        uris.push(text(row, 0, "redirect URI", redirect_uri)?);
        Ok(())
    })?;
    Ok(uris)
}

/// [`connect_core::store::ClientStore::add_redirect_uri`].
pub(crate) fn add_redirect_uri(conn: &Connection, id: Uuid, uri: &RedirectUri) -> Done<bool> {
    if by_id(conn, id)?.is_none() {
        return Ok(false);
    }
    run(
        conn,
        "INSERT INTO client_redirect_uris (client_id, uri) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
        params![id.as_bytes(), uri.as_str()],
    )?;
    Ok(true)
}

/// [`connect_core::store::ClientStore::remove_redirect_uri`].
pub(crate) fn remove_redirect_uri(conn: &Connection, id: Uuid, uri: &RedirectUri) -> Done<bool> {
    let removed = run(
        conn,
        "DELETE FROM client_redirect_uris WHERE client_id = ?1 AND uri = ?2",
        params![id.as_bytes(), uri.as_str()],
    )?;
    Ok(removed == 1)
}

/// [`connect_core::store::ClientStore::set_code_seconds`].
pub(crate) fn set_code_seconds(conn: &Connection, id: Uuid, seconds: Option<u32>) -> Done<bool> {
    let changed =
        run(conn, "UPDATE clients SET code_seconds = ?2 WHERE id = ?1", params![id.as_bytes(), seconds])?;
    Ok(changed == 1)
}
