//! The registry's instructions against the real bytecode.

mod action;
mod action_target;
mod apply_device_leaf;
mod case_block;
mod consume;
mod device;
mod exemption;
mod genesis;
mod layout;
mod lock_devices;
mod param;
mod pause;
mod poll;
mod register_device;
mod role;
mod stage;
mod surface;
