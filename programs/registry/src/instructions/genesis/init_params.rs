//! Creates the parameters of one consuming program (economics §1.6, §12).

use anchor_lang::prelude::*;
use ion_economics::params::Program as Consumer;

use super::initialize::write_params;
use crate::{
    checks,
    constants::*,
    error::RegistryError,
    events::ParamsInitialized,
    state::{Config, Params},
};

/// Arguments of `init_params`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct InitParamsArgs {
    /// `ion_economics::params::Program`: 1 staking, 2 rewards, 3 ide, 4 booking. Those of the
    /// registry are created by `initialize`.
    pub consumer: u8,
    /// Id of that program.
    pub program: Pubkey,
}

/// Caller: the program's upgrade authority, once per consuming program.
#[event_cpi]
#[derive(Accounts)]
#[instruction(args: InitParamsArgs)]
pub struct InitParams<'info> {
    #[account(mut)]
    pub authority: Signer<'info>,

    #[account(
        address = checks::program_data_address() @ RegistryError::WrongProgramData,
        constraint = program_data.upgrade_authority_address == Some(authority.key())
            @ RegistryError::NotUpgradeAuthority,
    )]
    pub program_data: Box<Account<'info, ProgramData>>,

    #[account(mut, seeds = [CONFIG_SEED], bump = config.bump)]
    pub config: Box<Account<'info, Config>>,

    #[account(
        init,
        payer = authority,
        space = Params::SPACE,
        seeds = [PARAMS_SEED, args.program.as_ref()],
        bump,
    )]
    pub params: Box<Account<'info, Params>>,

    pub system_program: Program<'info, System>,
}

impl InitParams<'_> {
    /// The program must be the one whose caller address the configuration holds.
    fn validate(&self, args: &InitParamsArgs) -> Result<Consumer> {
        let consumer = Consumer::from_u8(args.consumer).ok_or(RegistryError::WrongConsumer)?;
        let caller = match consumer {
            Consumer::Registry => return err!(RegistryError::WrongConsumer),
            Consumer::Staking => self.config.staking_caller,
            Consumer::Rewards => self.config.rewards_caller,
            Consumer::Ide => self.config.ide_caller,
            Consumer::Booking => self.config.booking_caller,
        };
        let (derived, _) = Pubkey::find_program_address(&[CALLER_SEED], &args.program);
        require_keys_eq!(derived, caller, RegistryError::WrongConsumer);
        Ok(consumer)
    }
}

/// Creates the account with the defaults of economics §12.
///
/// Errors: `NotUpgradeAuthority`, `WrongProgramData`, `WrongConsumer`.
pub fn handle_init_params(ctx: Context<InitParams>, args: InitParamsArgs) -> Result<()> {
    let consumer = ctx.accounts.validate(&args)?;
    ctx.accounts.config.params_made |= Config::params_bit(consumer);
    write_params(
        &mut ctx.accounts.params,
        consumer,
        args.program,
        ctx.bumps.params,
    );
    let params = &ctx.accounts.params;
    emit_cpi!(ParamsInitialized {
        params: params.key(),
        actor: ctx.accounts.authority.key(),
        consumer: params.consumer,
        program: params.program,
        values: params.values,
        seq: params.event_seq,
        at: Clock::get()?.unix_timestamp,
    });
    Ok(())
}
