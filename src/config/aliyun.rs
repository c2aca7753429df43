//! `kind = "aliyun"`.

use std::{collections::BTreeMap, time::Duration};

use super::{
    hidden::{Found, Surroundings},
    print::Page,
    provider::{Approved, Gaps, endpoint, required_secret, templates, token},
    section::Section,
};

const ENDPOINT: &str = "https://dysmsapi.aliyuncs.com";

/// An account of Aliyun's SMS service.
#[derive(Clone, Debug, PartialEq)]
pub struct AliyunConfig {
    pub endpoint: String,
    pub access_key_id: String,
    pub access_key_secret: Found,
    /// The approved signature, without 【】.
    pub sign_name: String,
    /// The approved text of each template.
    pub templates: BTreeMap<String, Approved>,
    /// What the address of receipts ends with. Aliyun signs nothing, so this is all that tells it apart.
    pub receipts_token: Option<Found>,
    pub timeout: Duration,
}

pub(super) fn read(
    section: &mut Section<'_>,
    name: &str,
    around: &Surroundings,
) -> Option<AliyunConfig> {
    let endpoint = endpoint(section, ENDPOINT);
    let access_key_id = section.required("access_key_id", "\"LTAI5t...\"");
    let access_key_secret =
        required_secret(section, "access_key_secret", "access_key_secret_file", name, around);
    let sign_name = section.required("sign_name", "\"督办平台\"");
    let templates = templates(section, Gaps::Named);
    let receipts_token = token(section, "receipts_token", "receipts_token_file", name, around);
    let timeout = section.span("timeout", Duration::from_secs(15));
    Some(AliyunConfig {
        endpoint,
        access_key_id: access_key_id?.0,
        access_key_secret: access_key_secret?,
        sign_name: sign_name?.0,
        templates,
        receipts_token,
        timeout,
    })
}

impl AliyunConfig {
    pub(super) fn print(&self, page: &mut Page) {
        page.text("kind", "aliyun");
        page.text("endpoint", &self.endpoint);
        page.text("access_key_id", &self.access_key_id);
        let secret = &self.access_key_secret.source;
        page.found("access_key_secret", "access_key_secret_file", secret);
        page.text("sign_name", &self.sign_name);
        if let Some(token) = &self.receipts_token {
            page.found("receipts_token", "receipts_token_file", &token.source);
        }
        page.span("timeout", self.timeout);
        page.templates(&self.templates, Gaps::Named);
    }
}
