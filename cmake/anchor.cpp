// Gives every module at least one object file, so that header-only modules are libraries too.
