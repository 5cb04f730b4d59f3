//! A customer whose link exists, seen by the company that reads its data.

use std::sync::Arc;

use connect_core::connector::Connector;
use connect_core::token::Environment;
use serde_json::Value;

use super::{Answer, Call, Company, PASSWORD, PGE, Place, TestApp, get};

pub struct Linked {
    pub app: TestApp,
    pub company: Company,
    pub token: String,
}

impl Linked {
    /// A login of the sandbox.
    pub async fn new(username: &str) -> Self {
        let (app, company) = TestApp::start().await;
        Self::at(app, company, username).await
    }

    /// The same, with its data read.
    pub async fn synced(username: &str) -> Self {
        let linked = Self::new(username).await;
        linked.sync().await;
        linked
    }

    /// At a utility of the test's own, with the data read.
    pub async fn synced_with(connector: Arc<dyn Connector>) -> Self {
        let app = Place::new().open(connector, crate::support::MASTER);
        let company = app.company("Northwind Solar", Environment::Sandbox).await;
        let linked = Self::at(app, company, "good").await;
        linked.sync().await;
        linked
    }

    async fn at(app: TestApp, company: Company, username: &str) -> Self {
        let mut customer = app.customer(&company, "u").await;
        customer.go_to_credentials(PGE).await;
        customer.sign_in(username, PASSWORD).await;
        let token = app.exchange(&company, &customer.code().await).await;
        Self { app, company, token }
    }

    /// One turn of the worker.
    pub async fn sync(&self) {
        assert_eq!(self.app.worker.sync_due().await.unwrap(), 1);
    }

    /// A request of the company for this customer.
    pub fn call(&self, path: &str) -> Call {
        get(path).by(&self.company).bearer(&self.token)
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.app.send(self.call(path)).await
    }

    /// The only account of the login.
    pub async fn account(&self) -> String {
        self.get("/accounts").await.ok()[0]["id"].as_str().unwrap().to_owned()
    }

    pub async fn intervals(&self, query: &str) -> Vec<Value> {
        self.get(&format!("/intervals?{query}")).await.ok()["intervals"].as_array().unwrap().clone()
    }
}
