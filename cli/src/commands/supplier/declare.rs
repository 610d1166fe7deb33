//! `ion supplier declare`.

use std::time::Duration;

use clap::Args;
use ion_protocol::{
    AGREEMENT_VERSION, MAX_LINKS, SUPPLIER_PATH, SupplierDeclaration, WalletLink,
    declaration_message, link_message,
};
use solana_signer::Signer;

use crate::{
    context::Context,
    failure::{Failure, Outcome},
    output::{Cell, Record},
    signer,
};

const TIMEOUT: Duration = Duration::from_secs(20);

/// Arguments of `supplier declare`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  ion supplier declare --accept-agreement --wallet a.json --wallet b.json --verifier http://127.0.0.1:7101\n\nNothing is sent to the chain: the verifiers keep the signed declaration. Declarations add up."
)]
pub struct DeclareArgs {
    /// Key of a wallet to link; signs that it belongs to you
    #[arg(long = "wallet", value_name = "SIGNER")]
    wallets: Vec<String>,

    /// Accept the service agreement in force
    #[arg(long)]
    accept_agreement: bool,

    /// A verifier, to which the declaration is sent; it shares it with the others
    #[arg(long, value_name = "URL", env = "ION_VERIFIER")]
    verifier: String,
}

impl DeclareArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        if self.wallets.len() > MAX_LINKS {
            return Err(Failure::usage(
                "too many wallets",
                format!("at most {MAX_LINKS} in one declaration"),
            )
            .next("declare the others in a second call"));
        }
        let genesis = ctx
            .chain
            .client()
            .get_genesis_hash()
            .map_err(|error| Failure::rpc("the genesis hash cannot be read", error))?
            .to_bytes();
        let owner = ctx.keypair()?;
        let address = owner.pubkey().to_bytes();
        let mut links = Vec::with_capacity(self.wallets.len());
        for uri in &self.wallets {
            let wallet = signer::read(uri, "wallet")?;
            let named = wallet.pubkey().to_bytes();
            let message = link_message(&genesis, &address, &named);
            links.push(WalletLink {
                wallet: named,
                signature: wallet.sign_message(&message).into(),
            });
        }
        let agreement = if self.accept_agreement {
            AGREEMENT_VERSION
        } else {
            0
        };
        let message = declaration_message(&genesis, &address, agreement, &links);
        let declaration = SupplierDeclaration {
            owner: address,
            agreement,
            signature: owner.sign_message(&message).into(),
            links,
        };
        post(&self.verifier, &declaration)?;
        ctx.print(
            &Record::new()
                .with("owner", owner.pubkey())
                .with("linked_wallets", declaration.links.len() as u64)
                .with(
                    "agreement",
                    if self.accept_agreement {
                        Cell::Count(agreement.into())
                    } else {
                        Cell::Nothing
                    },
                )
                .with("stored_as", declaration.object_name()),
        );
        Ok(())
    }
}

fn post(verifier: &str, declaration: &SupplierDeclaration) -> Outcome<()> {
    let unreachable = |error: String| Failure::rpc("the verifier does not answer", error);
    let body = borsh::to_vec(declaration).map_err(|error| unreachable(error.to_string()))?;
    let url = format!("{}{SUPPLIER_PATH}", verifier.trim_end_matches('/'));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| unreachable(error.to_string()))?;
    let (status, text) = runtime
        .block_on(async {
            let client = reqwest::Client::builder().timeout(TIMEOUT).build()?;
            let answer = client.post(&url).body(body).send().await?;
            let status = answer.status();
            Ok::<_, reqwest::Error>((status, answer.text().await.unwrap_or_default()))
        })
        .map_err(|error| unreachable(error.to_string()))?;
    if status.is_success() {
        return Ok(());
    }
    Err(Failure::chain("the verifier refused the declaration", text)
        .next("sign with the key that registered your devices"))
}
