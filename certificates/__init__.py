"""An office's PKIoverheid certificate: checked, sealed, used to sign."""
