// Made of api/openapi.yaml by `scripts/contract types`; never edited by hand.

export interface paths {
    "/.well-known/jmap": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The JMAP session object (RFC 8620 section 2) */
        get: operations["getJmapSession"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/security.txt": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whom to tell about a weakness (RFC 9116) */
        get: operations["getSecurityTxt"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This contract as JSON */
        get: operations["getContractJson"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/openapi.yaml": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This contract as YAML */
        get: operations["getContractYaml"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Mail accounts */
        get: operations["listAccounts"];
        put?: never;
        /**
         * Connect a mailbox
         * @description The settings are tested first; 422 says what failed and why.
         *     Wants a step-up (403 `auth.step_up_required`).
         */
        post: operations["createAccount"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One mail account */
        get: operations["getAccount"];
        put?: never;
        post?: never;
        /**
         * Remove a mail account
         * @description Its mail is removed here; the server upstream keeps its own.
         */
        delete: operations["removeAccount"];
        options?: never;
        head?: never;
        /**
         * Change a mail account
         * @description Only the fields that are given. A changed password or server is tested first.
         *     Wants a step-up (403 `auth.step_up_required`).
         */
        patch: operations["changeAccount"];
        trace?: never;
    };
    "/api/v1/accounts/{id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop keeping an account in step
         * @description Nothing is fetched or sent for it until it is resumed; its mail stays readable here.
         */
        post: operations["pauseAccount"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Keep an account in step again */
        post: operations["resumeAccount"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/{id}/sync": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Look for new mail now */
        post: operations["syncAccount"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/discover": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Find the servers of an address
         * @description By DNS SRV records, the provider's autoconfig file and a table of well-known providers. No password is sent anywhere.
         */
        post: operations["discoverAccount"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/sample": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Add the sample mailbox */
        post: operations["createSampleAccount"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Try settings without keeping them */
        post: operations["testAccount"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * API keys
         * @description Only with a session: no key makes or sees keys.
         */
        get: operations["listApiKeys"];
        put?: never;
        /**
         * Make an API key
         * @description Bearer `dhk1_...`. Never more than the role of its owner; only from `allowed_networks`, when some are named.
         *     Only with a session: no key makes or sees keys.
         *     Wants a step-up (403 `auth.step_up_required`).
         */
        post: operations["createApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/api-keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * An API key
         * @description Only with a session: no key makes or sees keys.
         */
        get: operations["getApiKey"];
        put?: never;
        post?: never;
        /**
         * Revoke an API key
         * @description Only with a session: no key makes or sees keys.
         */
        delete: operations["revokeApiKey"];
        options?: never;
        head?: never;
        /**
         * Change an API key
         * @description Only with a session: no key makes or sees keys.
         *     Wants a step-up (403 `auth.step_up_required`).
         */
        patch: operations["updateApiKey"];
        trace?: never;
    };
    "/api/v1/api-keys/{id}/uses": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a key was used for
         * @description A refused use has the reason as its route and the status 401.
         *     Only with a session: no key makes or sees keys.
         */
        get: operations["listApiKeyUses"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/app-passwords": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * App passwords
         * @description Only with a session: no key makes or sees keys.
         */
        get: operations["listAppPasswords"];
        put?: never;
        /**
         * Make an app password
         * @description For another JMAP program: HTTP Basic with the login, or Bearer. Good for `/.well-known/jmap` and `/jmap/*` only.
         *     Only with a session: no key makes or sees keys.
         *     Wants a step-up (403 `auth.step_up_required`).
         */
        post: operations["createAppPassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/app-passwords/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke an app password
         * @description Only with a session: no key makes or sees keys.
         */
        delete: operations["revokeAppPassword"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/factors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Which second factors the user has
         * @description Open to a session that still lacks a required second factor.
         */
        get: operations["getFactors"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign in
         * @description With `client: web` the refresh token goes into an HttpOnly cookie only and the access token lives 15 minutes; otherwise it is in the
         *     answer and the access token lives a day. Words and time are the same whether the login exists or not.
         */
        post: operations["logIn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End the session of the token that is shown
         * @description Takes the access token, the refresh cookie or a refresh token; always answers 204.
         */
        post: operations["logOut"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The signed-in user
         * @description Open to a session that still lacks a required second factor.
         */
        get: operations["getMe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/passkey": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign in with a passkey alone
         * @description The passkey must be discoverable and must have verified the person (PIN, fingerprint).
         */
        post: operations["signInWithPasskey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/passkey/options": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What a passkey is to sign
         * @description Without `challenge`: for signing in with a passkey alone. With the `challenge` of a sign-in: for its second factor. Feed `public_key` to
         *     `PublicKeyCredential.parseRequestOptionsFromJSON` and `navigator.credentials.get`. Works once, for five minutes.
         */
        post: operations["getPasskeyOptions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/passkeys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The passkeys of the user
         * @description Open to a session that still lacks a required second factor.
         */
        get: operations["listPasskeys"];
        put?: never;
        /**
         * Register a passkey
         * @description Wants a step-up (403 `auth.step_up_required`).
         *     Ends all other sessions. At most 20. `recovery_codes` as in `confirmTotp`.
         *     Open to a session that still lacks a required second factor.
         */
        post: operations["addPasskey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/passkeys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove a passkey
         * @description Wants a step-up (403 `auth.step_up_required`).
         *     Ends all other sessions.
         */
        delete: operations["removePasskey"];
        options?: never;
        head?: never;
        /** Rename a passkey */
        patch: operations["renamePasskey"];
        trace?: never;
    };
    "/api/v1/auth/passkeys/options": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What a new passkey is to sign
         * @description Wants a step-up (403 `auth.step_up_required`).
         *     Feed `public_key` to `PublicKeyCredential.parseCreationOptionsFromJSON` and `navigator.credentials.create`. Works once, for five minutes.
         *     Open to a session that still lacks a required second factor.
         */
        post: operations["getNewPasskeyOptions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change the password
         * @description Ends all other sessions, and gives this one a new refresh token (web: the cookie; programs: in the answer). API keys and app
         *     passwords go on, unless `end_keys`: say so when somebody else may have known the old password.
         */
        post: operations["changePassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/password-reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask for a link to a new password
         * @description A link goes to the login, when that is an e-mail address, the user is enabled, and this server can send mail of its own
         *     (`mail`). It works once, for 30 minutes. Otherwise an administrator makes one.
         */
        post: operations["askPasswordReset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/password-reset/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Choose a new password with a link
         * @description Ends all sessions, and all API keys and app passwords unless `keep_keys`: whoever knew the old password may have made some. Does not
         *     sign in: second factors still stand.
         */
        post: operations["confirmPasswordReset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/password/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * How strong is a password?
         * @description Estimated as zxcvbn does, with the shipped list of common passwords; nothing is kept. `acceptable` is what registering and changing ask for.
         */
        post: operations["checkPassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/recovery-codes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How many recovery codes are left
         * @description Open to a session that still lacks a required second factor.
         */
        get: operations["countRecoveryCodes"];
        put?: never;
        /**
         * Make ten new recovery codes
         * @description Wants a step-up (403 `auth.step_up_required`).
         *     The old ones stop working. Shown only now.
         */
        post: operations["makeRecoveryCodes"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Exchange a refresh token for new tokens
         * @description Each refresh token works once; the same one again within 30 seconds gets the same answer (two tabs). Later it ends the session.
         */
        post: operations["refresh"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create a user with an invitation
         * @description The invitation decides the role. Without one only where the administrator has opened registration.
         */
        post: operations["register"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/second-factor": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Complete a sign-in with a second factor
         * @description With the `challenge` that `logIn` answered, from the same client, within five minutes; five wrong answers end it. `code` belongs to the methods
         *     `totp` and `recovery_code`, `passkey` to `passkey` (its options come from `getPasskeyOptions` with the same challenge).
         */
        post: operations["giveSecondFactor"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The user's living sessions */
        get: operations["listSessions"];
        put?: never;
        post?: never;
        /** End all sessions but this one */
        delete: operations["endOtherSessions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End a session */
        delete: operations["endSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/step-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Confirm who you are
         * @description Kept with the session for ten minutes; a fresh sign-in counts. What wants it answers 403 `auth.step_up_required` without.
         *     `password`, `code` or `passkey`, as `method` says.
         *     Open to a session that still lacks a required second factor.
         */
        post: operations["stepUp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/step-up/options": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * How this user can confirm who they are
         * @description Methods in the order to offer them; `public_key` is there with a passkey.
         *     Open to a session that still lacks a required second factor.
         */
        post: operations["getStepUpOptions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begin to set up an authenticator app
         * @description Wants a step-up (403 `auth.step_up_required`).
         *     Shows the secret once; active only after `confirmTotp`. An older one goes on working until then.
         *     Open to a session that still lacks a required second factor.
         */
        post: operations["startTotp"];
        /**
         * Remove the authenticator app
         * @description Wants a step-up (403 `auth.step_up_required`).
         *     Ends all other sessions.
         */
        delete: operations["removeTotp"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/totp/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Confirm the authenticator app with a code
         * @description Wants a step-up (403 `auth.step_up_required`).
         *     Ends all other sessions. `recovery_codes` holds new ones when the user had none; they are shown only now.
         *     Open to a session that still lacks a required second factor.
         */
        post: operations["confirmTotp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The addresses to write under */
        get: operations["listIdentities"];
        put?: never;
        /** Add an identity */
        post: operations["createIdentity"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identities/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One identity */
        get: operations["getIdentity"];
        put?: never;
        post?: never;
        /** Delete an identity */
        delete: operations["removeIdentity"];
        options?: never;
        head?: never;
        /**
         * Change an identity
         * @description Fields that are left out stay.
         */
        patch: operations["changeIdentity"];
        trace?: never;
    };
    "/api/v1/images/sign": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get paths under which remote images of mail may be loaded
         * @description The images are then fetched by this server (`/image`), so that the sender learns neither the reader's address nor browser. Only
         *     `https` addresses with a plain host name get a path; the others are left out of the answer.
         */
        post: operations["signImages"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mailboxes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Mailboxes with their counts
         * @description Of one account, or of all of them.
         */
        get: operations["listMailboxes"];
        put?: never;
        /**
         * Make a mailbox
         * @description In an account with a server it is made there too.
         */
        post: operations["createMailbox"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mailboxes/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One mailbox */
        get: operations["getMailbox"];
        put?: never;
        post?: never;
        /**
         * Delete a mailbox
         * @description 409 when it has mailboxes inside, or messages and `remove_messages` does not say that they may go.
         */
        delete: operations["removeMailbox"];
        options?: never;
        head?: never;
        /** Rename, move or sort a mailbox */
        patch: operations["changeMailbox"];
        trace?: never;
    };
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One's own account */
        get: operations["getOwnAccount"];
        put?: never;
        post?: never;
        /**
         * Delete one's own account
         * @description Signing in stays possible until then, to take it back.
         *     Only with a session.
         *     Wants a step-up (403 `auth.step_up_required`).
         */
        delete: operations["deleteOwnAccount"];
        options?: never;
        head?: never;
        /** Change one's own name */
        patch: operations["updateOwnAccount"];
        trace?: never;
    };
    "/api/v1/me/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Exports of one's own data
         * @description Only with a session.
         */
        get: operations["listExports"];
        put?: never;
        /**
         * Export all of one's own data
         * @description Tar files of at most some 32 MB each: an mbox for each mailbox, and account.json. Kept sealed for a day.
         *     Only with a session.
         *     Wants a step-up (403 `auth.step_up_required`).
         */
        post: operations["startExport"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/export/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * An export
         * @description Only with a session.
         */
        get: operations["getExport"];
        put?: never;
        post?: never;
        /**
         * Delete an export
         * @description Only with a session.
         */
        delete: operations["deleteExport"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/export/{id}/file": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One file of an export
         * @description Only with a session.
         *     Wants a step-up (403 `auth.step_up_required`).
         */
        get: operations["getExportFile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take back the deletion of one's own account
         * @description Only with a session.
         */
        post: operations["restoreOwnAccount"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Messages, newest first
         * @description Of one mailbox, one thread or a whole account, optionally only unread or flagged ones, or those that `q` finds: words, "phrases", -not,
         *     OR, parentheses, and from: to: cc: subject: body: in: is:unread has:attachment filename: before: after: larger: smaller: keyword:.
         *
         *     A page ends with `next_cursor`; give it back as `cursor`, with the same filters, for the next one. A page is never shifted by mail that
         *     comes in meanwhile.
         */
        get: operations["listMessages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/messages/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a message
         * @description Header, text and HTML as they were sent, and what is attached. The HTML is not sanitised: never show it as a page of your own.
         */
        get: operations["getMessage"];
        put?: never;
        post?: never;
        /**
         * Delete a message
         * @description Moves it into the trash; what is in the trash already, or with `permanently=true`, goes for good.
         */
        delete: operations["removeMessage"];
        options?: never;
        head?: never;
        /**
         * Mark a message
         * @description Read or unread, flagged or not, with or without keywords. Fields that are left out stay.
         */
        patch: operations["changeMessage"];
        trace?: never;
    };
    "/api/v1/messages/{id}/attachments/{part}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Download an attachment
         * @description Its transfer encoding undone. Always as an attachment; types that a browser would run come as octet-stream.
         */
        get: operations["getAttachment"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/messages/{id}/move": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Move a message
         * @description Into exactly the mailboxes that are named.
         */
        post: operations["moveMessage"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/messages/{id}/raw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The message as it was received (RFC 5322)
         * @description Always as an attachment, with a sandboxing policy.
         */
        get: operations["getRawMessage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/messages/send": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a message
         * @description The message goes into the outbox, and from there to the account's server; look there for what became of it. `send_at` lets it wait.
         *     `attachments` come as base64 or as blobs that were uploaded before.
         *
         *     With an `Idempotency-Key` the same request, sent again within 24 hours, gets the same answer and sends nothing twice; the same key with
         *     another body is refused (422).
         */
        post: operations["sendMessage"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/outbox": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What waits to be sent, and what was
         * @description Newest first.
         */
        get: operations["listOutbox"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/outbox/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One message of the outbox */
        get: operations["getOutboxItem"];
        put?: never;
        post?: never;
        /**
         * Take a message back
         * @description Only while it waits; the message itself stays in its mailbox.
         */
        delete: operations["cancelOutboxItem"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/outbox/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send again what failed
         * @description Recipients that have it already are left out. A message of unknown fate is sent again only with `may_arrive_twice: true`.
         */
        post: operations["retryOutboxItem"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/security/alerts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Alerts, the newest first
         * @description For administrators and auditors.
         */
        get: operations["listSecurityAlerts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/security/alerts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One alert
         * @description For administrators and auditors.
         */
        get: operations["getSecurityAlert"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/security/alerts/{id}/acknowledge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say that somebody looks after an alert
         * @description It is not told again; it ends by itself when its reason does.
         *     For administrators only.
         */
        post: operations["acknowledgeSecurityAlert"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/security/alerts/{id}/silence": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Don't tell an alert for a while
         * @description For administrators only.
         */
        post: operations["silenceSecurityAlert"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/security/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What the last audit found
         * @description The newest result of `dhii-mail audit` of this installation.
         *     For administrators and auditors only.
         */
        get: operations["getAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/security/backups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The backups that there are, the newest first
         * @description For administrators and auditors.
         */
        get: operations["getBackups"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/security/blocks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Addresses that are blocked now, the newest first
         * @description For administrators and auditors.
         */
        get: operations["listAddressBlocks"];
        put?: never;
        /**
         * Block an address for a while
         * @description An IPv6 address stands for its /64. Loopback and declared proxies can't be blocked. Without `minutes` the block lasts as an automatic
         *     one would: a quarter of an hour first, four times as long each time after.
         *     For administrators only.
         */
        post: operations["blockAddress"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/security/blocks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Lift a block
         * @description For administrators only.
         */
        delete: operations["unblockAddress"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/security/checks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The last results of the pre- and post-deployment checklists
         * @description For administrators and auditors.
         */
        get: operations["getChecks"];
        put?: never;
        /**
         * Run the pre-deployment checklist now
         * @description Takes some seconds. The other list is looked at from outside, by `dhii-mail check post`. For administrators only, with a session.
         */
        post: operations["runChecks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/security/checks/canary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How far the last test event came
         * @description Each log output and each alert channel that is set up, as the running server sees it. For administrators and auditors.
         */
        get: operations["getCanary"];
        put?: never;
        /**
         * Send a test event through the journal, the logs and the alert channels
         * @description For administrators only, with a session.
         */
        post: operations["sendCanary"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/security/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Security events, the newest first
         * @description From the journal. Filters add up; `kind` is a name such as `auth.sign_in_failed`, a family such as `auth`, or up to eight of them
         *     separated by commas. An event with a `count` above 1 stands for that many of the same thing.
         *     For administrators and auditors.
         */
        get: operations["listSecurityEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/security/events/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One security event
         * @description For administrators and auditors.
         */
        get: operations["getSecurityEvent"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/security/kinds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The catalogue of security events
         * @description For administrators and auditors.
         */
        get: operations["listSecurityEventKinds"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/security/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Posture at a glance
         * @description Events by family and day, open alerts, blocks, scores of the last audit and checklists, and how the journal does. Every number can be
         *     opened with the other routes.
         *     For administrators and auditors.
         */
        get: operations["getSecuritySummary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/security/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The recurring security tasks and when they are due
         * @description For administrators and auditors.
         */
        get: operations["getTasks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/security/tasks/{id}/done": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Confirm that a task was done
         * @description For administrators only, with a session.
         */
        post: operations["confirmTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/setup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Is there no user yet? */
        get: operations["getSetup"];
        put?: never;
        /**
         * Create the first administrator
         * @description With the one-time token of the link that the program prints; only while there is no user.
         */
        post: operations["setUp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/templates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Texts to send again and again */
        get: operations["listTemplates"];
        put?: never;
        /** Add a template */
        post: operations["createTemplate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/templates/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One template */
        get: operations["getTemplate"];
        put?: never;
        post?: never;
        /** Delete a template */
        delete: operations["removeTemplate"];
        options?: never;
        head?: never;
        /**
         * Change a template
         * @description Fields that are left out stay.
         */
        patch: operations["changeTemplate"];
        trace?: never;
    };
    "/api/v1/threads/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A conversation
         * @description Its messages, oldest first.
         */
        get: operations["getThread"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All users
         * @description For administrators only.
         */
        get: operations["listUsers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A user
         * @description For administrators only.
         */
        get: operations["getUser"];
        put?: never;
        post?: never;
        /**
         * Plan the deletion of a user
         * @description The key of the mail is destroyed then, so that every copy of the files is noise. Can be taken back until then.
         *     For administrators only, with a session.
         *     Wants a step-up (403 `auth.step_up_required`).
         */
        delete: operations["deleteUser"];
        options?: never;
        head?: never;
        /**
         * Change name, role or state of a user
         * @description Disabling ends all sessions, keys and streams at once. The last administrator who can sign in stays one.
         *     For administrators only.
         *     Wants a step-up (403 `auth.step_up_required`).
         */
        patch: operations["updateUser"];
        trace?: never;
    };
    "/api/v1/users/{id}/factors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove all second factors of a user who has lost them
         * @description Ends all sessions of that user; the password alone signs in then.
         *     Only with a session of an administrator.
         *     Wants a step-up (403 `auth.step_up_required`).
         *     For administrators only, with a session.
         */
        delete: operations["removeFactorsOfUser"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}/password-reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a link to a new password
         * @description To be handed over by the administrator.
         *     For administrators only, with a session.
         *     Wants a step-up (403 `auth.step_up_required`).
         */
        post: operations["makeResetLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take a planned deletion back
         * @description For administrators only.
         */
        post: operations["restoreUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End all sessions of a user
         * @description For administrators only.
         */
        delete: operations["endSessionsOfUser"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Open invitations
         * @description For administrators only.
         */
        get: operations["listInvitations"];
        put?: never;
        /**
         * Make an invitation
         * @description Works once, for seven days.
         *     For administrators only.
         *     Wants a step-up (403 `auth.step_up_required`).
         */
        post: operations["invite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/invitations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Take an invitation back
         * @description For administrators only.
         */
        delete: operations["revokeInvitation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/version": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Name and version */
        get: operations["getVersion"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Webhooks */
        get: operations["listWebhooks"];
        put?: never;
        /**
         * Have an address told of events
         * @description Each event is a POST of `{"type", "created_at", "data"}` with ids only. `X-Dhii-Signature: t=TIME,v1=HEX` is HMAC-SHA-256, under the webhook's
         *     secret, of `TIME.BODY`: check it, and refuse a TIME that is more than five minutes away. Answer with 2xx within 15 seconds; anything else,
         *     redirects too, is tried again seven times in 21 hours; 410 switches the webhook off. The secret is shown only now.
         *     Wants a step-up (403 `auth.step_up_required`).
         */
        post: operations["createWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One webhook */
        get: operations["getWebhook"];
        put?: never;
        post?: never;
        /** Delete a webhook */
        delete: operations["removeWebhook"];
        options?: never;
        head?: never;
        /**
         * Change a webhook
         * @description Fields that are left out stay. `active: true` also forgets its failures.
         *     Wants a step-up (403 `auth.step_up_required`).
         */
        patch: operations["changeWebhook"];
        trace?: never;
    };
    "/api/v1/webhooks/{id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was delivered, and what was not
         * @description Newest first.
         */
        get: operations["listDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{id}/secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a webhook a new secret
         * @description The old one ends at once.
         *     Wants a step-up (403 `auth.step_up_required`).
         */
        post: operations["renewWebhookSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send a test event now */
        post: operations["testWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This API as a page */
        get: operations["getDocs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs/style.css": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The page's style */
        get: operations["getDocsStyle"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/frame": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Show sanitised HTML under a policy of its own
         * @description The web app posts the HTML of a message, already sanitised, into a sandboxed frame. `token` is the access token: a form can send no header.
         */
        post: operations["showFrame"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Is the program alive? */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/image": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A remote image of a message, fetched by this server
         * @description Takes what `/api/v1/images/sign` gave; the signature is the permission, for two days.
         */
        get: operations["getImage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/jmap/api": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** JMAP method calls (RFC 8620 section 3) */
        post: operations["callJmap"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/jmap/download/{accountId}/{blobId}/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Download a blob (RFC 8620 section 6.2)
         * @description Always as an attachment, with nosniff and a sandboxing policy; types that a browser would run come as octet-stream.
         */
        get: operations["downloadBlob"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/jmap/eventsource": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Server-sent events (RFC 8620 section 7.3)
         * @description `event: state` for changes; with `dhii=1` also `event: account` (an element of GET /api/v1/accounts) and `event: outbox`.
         */
        get: operations["listenToEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/jmap/upload/{accountId}/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Upload a blob (RFC 8620 section 6.1) */
        post: operations["uploadBlob"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Can requests be served? */
        get: operations["getReadiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Account: {
            email: string;
            /** @description What is wrong and what to do */
            error?: string;
            id: components["schemas"]["AccountIdText"];
            imap?: components["schemas"]["Server"];
            /** @enum {string} */
            kind: "imap" | "local";
            name: string;
            progress: {
                /** Format: int64 */
                done: number;
                /** Format: int64 */
                total: number;
            };
            smtp?: components["schemas"]["Server"];
            /** @enum {string} */
            state: "connecting" | "syncing" | "idle" | "offline" | "auth_failed" | "error" | "paused" | "local";
        };
        AccountForm: {
            /** Format: email */
            email: string;
            imap: components["schemas"]["Server"];
            name?: string;
            password: components["schemas"]["Password"];
            smtp: components["schemas"]["Server"];
        };
        AccountIdText: string;
        AccountPatch: {
            imap?: components["schemas"]["Server"];
            name?: string;
            password?: components["schemas"]["Password"];
            smtp?: components["schemas"]["Server"];
        };
        AccountTest: {
            imap: components["schemas"]["ServerTest"];
            smtp: components["schemas"]["ServerTest"];
        };
        AddressBlock: {
            /**
             * @example 192.0.2.7
             * @example 2001:db8::/64
             */
            address: string;
            id: string;
            /** Format: date-time */
            made_at: string;
            /** @description A login, or dhii-mail */
            made_by: string;
            reason: string;
            /**
             * Format: int64
             * @description How often this address was blocked lately
             */
            strikes: number;
            /** Format: date-time */
            until: string;
        };
        AddressBlockList: {
            blocks: components["schemas"]["AddressBlock"][];
        };
        /** @enum {string} */
        AlertStateName: "pending" | "firing" | "acknowledged" | "silenced" | "resolved";
        ApiKey: components["schemas"]["AppPassword"] & {
            allowed_networks: components["schemas"]["Network"][];
        };
        ApiKeyPatch: {
            allowed_networks?: components["schemas"]["Network"][];
            expires_at?: components["schemas"]["Moment"];
            name?: components["schemas"]["KeyName"];
            scopes?: components["schemas"]["Scope"][];
        };
        AppPassword: {
            created_at: components["schemas"]["Moment"];
            /** Format: date-time */
            expires_at: string | null;
            /** @description Its first characters */
            hint: string;
            id: string;
            last_address: string | null;
            /** Format: date-time */
            last_used_at: string | null;
            name: string;
            /** Format: date-time */
            revoked_at: string | null;
            scopes: components["schemas"]["Scope"][];
        };
        AskReset: {
            login: string;
        };
        Attachment: {
            /** @description For cid: links of the HTML */
            content_id?: string;
            inline?: boolean;
            name?: string;
            part: string;
            /** Format: int64 */
            size: number;
            /** @description As the sender says; do not trust it */
            type: string;
        };
        AuditedEndpoint: {
            method: string;
            operation?: string;
            /** @description What failed */
            outcomes: components["schemas"]["AuditOutcome"][];
            path: string;
            /**
             * Format: int32
             * @description How many kinds of attack were tried
             */
            probes: number;
            /** Format: int64 */
            requests: number;
            /** Format: int32 */
            score: number;
            /** @description No failure of high or critical severity */
            secure: boolean;
        };
        AuditOutcome: {
            note?: string;
            owasp?: string;
            passed: boolean;
            /** @example token.alg_none */
            probe: string;
            received?: string;
            /** Format: int64 */
            requests?: number;
            sent?: string;
            /** @enum {string} */
            severity: "low" | "medium" | "high" | "critical";
            title: string;
            tried?: boolean;
            why?: string;
        };
        AuditReport: {
            /** Format: date-time */
            at: string;
            result: {
                average_score: number;
                endpoints: components["schemas"]["AuditedEndpoint"][];
                /** Format: int32 */
                lowest_score: number;
                not_tried?: string[];
                /** Format: int64 */
                requests: number;
                /** Format: int32 */
                secure_endpoints: number;
                server?: components["schemas"]["AuditedEndpoint"];
                /** Format: date-time */
                started: string;
                target: string;
                /** Format: int64 */
                took_ms?: number;
                /** Format: int32 */
                total_endpoints: number;
                version: string;
            };
            /**
             * Format: int32
             * @description The average over all endpoints
             */
            score: number;
        };
        Blob: {
            accountId: components["schemas"]["AccountIdText"];
            blobId: string;
            /** Format: int64 */
            size: number;
            type: string;
        };
        CanaryReport: {
            /** @description As it was given */
            code?: string;
            /** @description Its place in the journal; missing until it stands there */
            event_id?: string;
            /** Format: date-time */
            sent_at?: string;
            targets: {
                detail: string;
                /** @enum {string} */
                kind: "log" | "alert";
                /** @description journal, stdout, stderr, file, journald, syslog, splunk, mail, webhook, alertmanager */
                name: string;
                /**
                 * @description left_out: the settings keep such events from it
                 * @enum {string}
                 */
                state: "delivered" | "waiting" | "failed" | "left_out";
                to: string;
            }[];
        };
        Candidate: {
            imap: components["schemas"]["Server"];
            smtp: components["schemas"]["Server"];
            /** @enum {string} */
            source: "srv" | "autoconfig" | "well-known" | "guess";
        };
        ChangePassword: {
            current_password: components["schemas"]["Password"];
            /** @description API keys and app passwords end too */
            end_keys?: boolean;
            new_password: components["schemas"]["NewPassword"];
        };
        CheckReport: {
            /** Format: date-time */
            at: string;
            checks: {
                box: string;
                evidence: string;
                id: string;
                mend: string;
                /** @enum {string} */
                status: "pass" | "fail" | "warn" | "skip";
                title: string;
                /** @enum {string} */
                weight: "must" | "should";
            }[];
            /** Format: int32 */
            failed: number;
            /** @enum {string} */
            kind: "check_pre" | "check_post";
            /** @description No check that must hold has failed */
            ok: boolean;
            /** Format: int32 */
            passed: number;
            /** Format: int32 */
            score: number;
            /** Format: int32 */
            skipped: number;
            target: string;
            version: string;
            /** Format: int32 */
            warnings: number;
        };
        /**
         * @description web: the refresh token in a cookie
         * @enum {string}
         */
        ClientKind: "web";
        ConfirmReset: {
            /** @description API keys and app passwords go on */
            keep_keys?: boolean;
            new_password: components["schemas"]["NewPassword"];
            token: string;
        };
        CredentialDescriptor: {
            id: string;
            transports?: string[];
            /** @enum {string} */
            type: "public-key";
        };
        Delivery: {
            /** Format: int32 */
            attempts: number;
            body: string;
            /** Format: date-time */
            created_at: string;
            event: string;
            id: string;
            last_error?: string;
            /** Format: int32 */
            last_status?: number;
            /** Format: date-time */
            next_attempt_at?: string;
            /** @enum {string} */
            state: "waiting" | "delivered" | "failed";
        };
        DeliveryList: {
            deliveries: components["schemas"]["Delivery"][];
            /** @description Left out on the last page */
            next_cursor?: string;
        };
        Discover: {
            /** Format: email */
            email: string;
        };
        Empty: Record<string, never>;
        /** @description How many ended */
        EndedKeys: {
            /** Format: int32 */
            api_keys: number;
            /** Format: int32 */
            app_passwords: number;
        };
        Export: {
            asked_at: components["schemas"]["Moment"];
            /** Format: int64 */
            bytes: number;
            expires_at: components["schemas"]["Moment"];
            id: string;
            /** Format: int64 */
            messages: number;
            /**
             * Format: int32
             * @description Files to fetch
             */
            parts: number;
            /** @enum {string} */
            state: "running" | "ready" | "failed";
        };
        FactorAdded: {
            passkey?: components["schemas"]["Passkey"];
            /** @description Empty when the user had some already; shown only now */
            recovery_codes: string[];
            /** @description Not with client web, which gets a cookie; the old one counts as stolen from now on */
            refresh_token?: string;
        };
        /** @enum {string} */
        FactorMethod: "totp" | "passkey" | "recovery_code";
        Factors: {
            /** Format: int32 */
            passkeys: number;
            /** @description Under this address of the server; false on a bare IP address */
            passkeys_possible: boolean;
            /**
             * Format: int32
             * @description Left
             */
            recovery_codes: number;
            /**
             * Format: date-time
             * @description Not there: step up first
             */
            stepped_up_until?: string;
            /** @description An authenticator app is active */
            totp: boolean;
        };
        Frame: {
            html: string;
            /**
             * @description Allow the images of /image
             * @enum {string}
             */
            remote?: "1";
            token: string;
        };
        Identity: {
            account: components["schemas"]["AccountIdText"];
            bcc?: components["schemas"]["People"];
            email: string;
            html_signature: string;
            id: components["schemas"]["IdentityIdText"];
            name: string;
            reply_to?: components["schemas"]["People"];
            text_signature: string;
        };
        IdentityIdText: string;
        IdentityList: {
            identities: components["schemas"]["Identity"][];
        };
        IdentityPatch: {
            bcc?: components["schemas"]["Recipient"][];
            html_signature?: string;
            name?: string;
            reply_to?: components["schemas"]["Recipient"][];
            text_signature?: string;
        };
        ImagesToSign: {
            urls: string[];
        };
        Invitation: {
            /** Format: date-time */
            expires_at: string;
            invitation: string;
            /** Format: uri */
            link: string;
        };
        Invite: {
            role?: components["schemas"]["Role"];
        };
        /** @example Backup script */
        KeyName: string;
        KeyUse: {
            address: string;
            /** Format: int64 */
            count: number;
            first_at: components["schemas"]["Moment"];
            last_at: components["schemas"]["Moment"];
            /** @example GET /api/v1/accounts */
            route: string;
            /** Format: int32 */
            status: number;
        };
        /** @example todo */
        Keyword: string;
        /** @example ada@example.org */
        Login: string;
        LogIn: {
            client?: components["schemas"]["ClientKind"];
            login: string;
            password: components["schemas"]["Password"];
        };
        MadeApiKey: components["schemas"]["ApiKey"] & {
            key: string;
        };
        MadeAppPassword: components["schemas"]["AppPassword"] & {
            /** @example abcd-efgh-jkmn-pqrs-tuvw */
            password: string;
        };
        Mailbox: {
            account: components["schemas"]["AccountIdText"];
            id: components["schemas"]["MailboxIdText"];
            /** @description One level, without its parents */
            name: string;
            parent?: components["schemas"]["MailboxIdText"];
            /** @enum {string} */
            role?: "inbox" | "archive" | "drafts" | "sent" | "junk" | "trash" | "all" | "flagged" | "important";
            /** Format: int32 */
            sort_order: number;
            subscribed: boolean;
            /** Format: int64 */
            threads: number;
            /**
             * Format: int64
             * @description Messages
             */
            total: number;
            /** Format: int64 */
            unread: number;
            /** Format: int64 */
            unread_threads: number;
        };
        MailboxIdText: string;
        MailboxList: {
            mailboxes: components["schemas"]["Mailbox"][];
        };
        MailboxPatch: {
            name?: string;
            /** @description null: to the top */
            parent?: components["schemas"]["MailboxIdText"] | null;
            /** Format: int32 */
            sort_order?: number;
            subscribed?: boolean;
        };
        MePatch: {
            display_name?: string;
        };
        Message: {
            account: components["schemas"]["AccountIdText"];
            attachments: components["schemas"]["Attachment"][];
            bcc: components["schemas"]["People"];
            /** @description Blob id of the raw message, for JMAP */
            blob: string;
            /** @description true: text or html were cut */
            body_truncated?: boolean;
            cc: components["schemas"]["People"];
            flagged: boolean;
            from: components["schemas"]["People"];
            has_attachment: boolean;
            /** @description As it was sent: hostile until washed. Left out when there is none */
            html?: string;
            id: components["schemas"]["MessageIdText"];
            in_reply_to?: string[];
            keywords: string[];
            mailboxes: components["schemas"]["MailboxIdText"][];
            /** @description Message-ID without <> */
            message_id?: string;
            preview: string;
            /** Format: date-time */
            received_at: string;
            reply_to: components["schemas"]["People"];
            /**
             * Format: date-time
             * @description The Date field
             */
            sent_at?: string;
            /** Format: int64 */
            size: number;
            subject: string;
            /** @description Left out when the message has no plain text */
            text?: string;
            thread: components["schemas"]["ThreadIdText"];
            to: components["schemas"]["People"];
            unread: boolean;
        };
        MessageIdText: string;
        MessageList: {
            messages: components["schemas"]["MessageSummary"][];
            /** @description Left out on the last page */
            next_cursor?: string;
        };
        MessagePatch: {
            add_keywords?: components["schemas"]["Keyword"][];
            flagged?: boolean;
            remove_keywords?: components["schemas"]["Keyword"][];
            unread?: boolean;
        };
        MessageSummary: {
            account: components["schemas"]["AccountIdText"];
            flagged: boolean;
            from: components["schemas"]["People"];
            has_attachment: boolean;
            id: components["schemas"]["MessageIdText"];
            /** @description JMAP keywords: $seen, $flagged, $answered, ... */
            keywords: string[];
            mailboxes: components["schemas"]["MailboxIdText"][];
            preview: string;
            /** Format: date-time */
            received_at: string;
            /**
             * Format: int64
             * @description Bytes of the whole message
             */
            size: number;
            subject: string;
            thread: components["schemas"]["ThreadIdText"];
            to: components["schemas"]["People"];
            unread: boolean;
        };
        /**
         * Format: date-time
         * @example 2027-01-01T00:00:00Z
         */
        Moment: string;
        Move: {
            mailboxes: components["schemas"]["MailboxIdText"][];
        };
        /**
         * @description An address or network
         * @example 10.0.0.0/8
         */
        Network: string;
        NewAddressBlock: {
            address: string;
            /** Format: int32 */
            minutes?: number;
            reason?: string;
        };
        NewApiKey: {
            /** @description Left out or empty: from anywhere */
            allowed_networks?: components["schemas"]["Network"][];
            expires_at?: components["schemas"]["Moment"];
            name: components["schemas"]["KeyName"];
            scopes: components["schemas"]["Scope"][];
        };
        NewAppPassword: {
            expires_at?: components["schemas"]["Moment"];
            name: components["schemas"]["KeyName"];
            /** @description mail:read, mail:write, mail:send; left out: all three */
            scopes?: components["schemas"]["Scope"][];
        };
        NewIdentity: {
            account?: components["schemas"]["AccountIdText"];
            bcc?: components["schemas"]["Recipient"][];
            /**
             * Format: email
             * @example ada@example.org
             */
            email: string;
            html_signature?: string;
            /** @example Ada Lovelace */
            name?: string;
            reply_to?: components["schemas"]["Recipient"][];
            text_signature?: string;
        };
        NewMailbox: {
            account?: components["schemas"]["AccountIdText"];
            /** @example Invoices */
            name: string;
            parent?: components["schemas"]["MailboxIdText"];
            /** Format: int32 */
            sort_order?: number;
            subscribed?: boolean;
        };
        NewPasskey: {
            name?: string;
            passkey: components["schemas"]["PasskeyRegistration"];
            /** @description response.getTransports() */
            transports?: string[];
        };
        /** Format: password */
        NewPassword: string;
        NewTemplate: {
            html?: string;
            /** @example Thanks */
            name: string;
            subject?: string;
            text?: string;
        };
        NewWebhook: {
            events: components["schemas"]["WebhookEvents"];
            /**
             * Format: uri
             * @example https://example.org/hooks/mail
             */
            url: string;
        };
        /**
         * Format: password
         * @description Six digits of the authenticator app, or a recovery code; spaces and hyphens do not matter
         */
        OneTimeCode: string;
        OpenInvitation: {
            created_by: components["schemas"]["UserIdText"];
            expires_at: components["schemas"]["Moment"];
            id: string;
            role: components["schemas"]["Role"];
        };
        Outbox: {
            /** @description Left out on the last page */
            next_cursor?: string;
            outbox: components["schemas"]["OutboxItem"][];
        };
        OutboxIdText: string;
        OutboxItem: {
            account: components["schemas"]["AccountIdText"];
            /** Format: int32 */
            attempts: number;
            /** @description What the server said, or what happened */
            detail?: string;
            from: string;
            id: components["schemas"]["OutboxIdText"];
            identity?: components["schemas"]["IdentityIdText"];
            message: components["schemas"]["MessageIdText"];
            /** Format: date-time */
            next_attempt_at?: string;
            recipients: {
                /** @enum {string} */
                delivered: "queued" | "yes" | "no" | "unknown";
                email: string;
                reply?: string;
            }[];
            /** Format: date-time */
            send_at: string;
            /**
             * @description unknown: the connection was lost at the end; it may have arrived
             * @enum {string}
             */
            state: "queued" | "sending" | "sent" | "failed" | "unknown" | "canceled";
        };
        OutgoingFile: {
            /** @description Instead of `content`: uploaded before, or of another message */
            blob?: string;
            /** @example SGVsbG8= */
            content?: string;
            /** @description For cid: links of the HTML */
            content_id?: string;
            inline?: boolean;
            /** @example report.pdf */
            name?: string;
            /** @example application/pdf */
            type?: string;
        } & (unknown | unknown);
        Passkey: {
            /** @description Synchronised between devices */
            backed_up: boolean;
            /** @description It verifies the person */
            can_sign_in_alone: boolean;
            /** Format: date-time */
            created_at: string;
            id: string;
            /** Format: date-time */
            last_used_at: string;
            name: string;
        };
        /** @description What navigator.credentials.get gave, each as base64url without padding */
        PasskeyAssertion: {
            /** @description response.authenticatorData */
            authenticator_data: string;
            /** @description response.clientDataJSON */
            client_data_json: string;
            /** @description rawId */
            credential_id: string;
            /** @description response.signature */
            signature: string;
            /** @description response.userHandle, where there is one */
            user_handle?: string;
        };
        PasskeyCreation: {
            /** @description PublicKeyCredentialCreationOptionsJSON */
            public_key: {
                /** @enum {string} */
                attestation: "none";
                authenticatorSelection: {
                    requireResidentKey: boolean;
                    /** @enum {string} */
                    residentKey: "preferred";
                    /** @enum {string} */
                    userVerification: "preferred";
                };
                challenge: string;
                excludeCredentials: components["schemas"]["CredentialDescriptor"][];
                pubKeyCredParams: {
                    /** Format: int32 */
                    alg: number;
                    /** @enum {string} */
                    type: "public-key";
                }[];
                rp: {
                    id: string;
                    name: string;
                };
                /**
                 * Format: int32
                 * @description Milliseconds
                 */
                timeout: number;
                user: {
                    displayName: string;
                    id: string;
                    name: string;
                };
            };
        };
        PasskeyName: {
            name: string;
        };
        PasskeyOptionsRequest: {
            /** @description Of a sign-in that wants its second factor */
            challenge?: string;
        };
        /** @description What navigator.credentials.create gave, each as base64url without padding */
        PasskeyRegistration: {
            /** @description response.attestationObject */
            attestation_object: string;
            /** @description response.clientDataJSON */
            client_data_json: string;
        };
        PasskeyRequest: {
            public_key: components["schemas"]["PasskeyRequestOptions"];
        };
        /** @description PublicKeyCredentialRequestOptionsJSON */
        PasskeyRequestOptions: {
            allowCredentials: components["schemas"]["CredentialDescriptor"][];
            challenge: string;
            rpId: string;
            /**
             * Format: int32
             * @description Milliseconds
             */
            timeout: number;
            /** @enum {string} */
            userVerification: "required" | "preferred";
        };
        PasskeySignIn: {
            client?: components["schemas"]["ClientKind"];
            passkey: components["schemas"]["PasskeyAssertion"];
        };
        /** Format: password */
        Password: string;
        PasswordChanged: {
            ended: components["schemas"]["EndedKeys"];
            /** @description Not with client web; the old one counts as stolen from now on */
            refresh_token?: string;
        };
        PasswordReset: {
            ended: components["schemas"]["EndedKeys"];
        };
        PasswordStrength: {
            acceptable: boolean;
            advice: string[];
            /** Format: double */
            log10_guesses: number;
            /**
             * Format: int32
             * @description 3 and 4 are strong enough
             */
            score: number;
            /** @description A clause: "it is close to a common password" */
            warning?: string;
        };
        PasswordToCheck: {
            display_name?: string;
            login?: string;
            password: components["schemas"]["Password"];
        };
        People: components["schemas"]["Person"][];
        Person: {
            /** @example ada@example.org */
            email: string;
            /** @example Ada Lovelace */
            name?: string;
        };
        Problem: {
            /**
             * @description Stable, for programs
             * @example auth.invalid_credentials
             */
            code: string;
            /** @description What happened, to which thing, what to do next */
            detail: string;
            errors?: {
                detail: string;
                /** @example /imap/port */
                pointer: string;
            }[];
            /** @description Finds the log line */
            request_id: string;
            /** Format: int32 */
            status: number;
            title: string;
            type: string;
        };
        Recipient: {
            /**
             * Format: email
             * @example grace@example.org
             */
            email: string;
            /** @example Grace Hopper */
            name?: string;
        };
        Recipients: components["schemas"]["Recipient"][];
        RecoveryCodes: {
            recovery_codes: string[];
        };
        Refresh: {
            /** @description Left out: the cookie */
            refresh_token?: string;
        };
        Register: {
            client?: components["schemas"]["ClientKind"];
            display_name?: string;
            invitation?: string;
            login: components["schemas"]["Login"];
            password: components["schemas"]["NewPassword"];
        };
        Renewed: {
            /** @description The old one counts as stolen from now on */
            refresh_token: string;
        };
        ResetAsked: {
            /** @description Whether this server can mail links at all */
            mail: boolean;
        };
        ResetLink: {
            expires_at: components["schemas"]["Moment"];
            /** Format: uri */
            link: string;
        };
        Retry: {
            may_arrive_twice?: boolean;
        };
        /** @enum {string} */
        Role: "user" | "administrator" | "auditor";
        /** @enum {string} */
        Scope: "mail:read" | "mail:write" | "mail:send" | "accounts:manage" | "security:read" | "admin";
        SecondFactor: {
            challenge: string;
            code?: components["schemas"]["OneTimeCode"];
            method: components["schemas"]["FactorMethod"];
            passkey?: components["schemas"]["PasskeyAssertion"];
        };
        SecondFactorWanted: {
            second_factor: {
                challenge: string;
                /**
                 * Format: int32
                 * @description Seconds
                 */
                expires_in: number;
                /** @description In the order to offer them */
                methods: components["schemas"]["FactorMethod"][];
            };
        };
        SecurityAlert: {
            address?: string;
            /**
             * Format: int64
             * @description Signals so far
             */
            count: number;
            /** @description The range in which nothing would have been said */
            expected: string;
            /** Format: date-time */
            fired_at?: string;
            /** Format: date-time */
            first_at: string;
            /** @description The login of who acknowledged or silenced it */
            handled_by?: string;
            id: string;
            /** @description What it is about: an address, a login, a host; empty: the whole */
            key: string;
            /** Format: date-time */
            last_at: string;
            /** @description What was seen */
            observed: string;
            /** Format: date-time */
            resolved_at?: string;
            /** @example failed_logins_per_address */
            rule: string;
            severity: components["schemas"]["Severity"];
            /** Format: date-time */
            silenced_until?: string;
            state: components["schemas"]["AlertStateName"];
            title: string;
            user_id?: string;
        };
        SecurityAlertList: {
            alerts: components["schemas"]["SecurityAlert"][];
            /** @description Left out on the last page */
            next_cursor?: string;
        };
        SecurityEvent: {
            /** @description Who, as known or as tried */
            actor?: string;
            address?: string;
            /**
             * Format: date-time
             * @description When it happened; of repeats the last time
             */
            at: string;
            /** @description Elastic Common Schema event.category */
            category?: string;
            /**
             * Format: int64
             * @description How often
             */
            count: number;
            detail?: string;
            /**
             * Format: date-time
             * @description Of repeats the first time
             */
            first_at?: string;
            id: string;
            /** @example auth.sign_in_failed */
            kind: string;
            object?: string;
            /** @enum {string} */
            outcome?: "success" | "failure" | "unknown";
            /** @description Finds the log line */
            request_id?: string;
            /** @description What happened */
            sentence: string;
            session_id?: string;
            severity: components["schemas"]["Severity"];
            /** @description Elastic Common Schema event.type */
            type?: string;
            user_id?: string;
        };
        SecurityEventKindList: {
            kinds: {
                category: string;
                name: string;
                /** @enum {string} */
                outcome: "success" | "failure" | "unknown";
                sentence: string;
                severity: components["schemas"]["Severity"];
                type: string;
            }[];
        };
        SecurityEventList: {
            events: components["schemas"]["SecurityEvent"][];
            /** @description Left out on the last page */
            next_cursor?: string;
        };
        SecuritySummary: {
            alerts: {
                /** Format: int32 */
                acknowledged: number;
                /** Format: int32 */
                firing: number;
                /** Format: int32 */
                pending: number;
                /** Format: int32 */
                silenced: number;
                worst?: components["schemas"]["Severity"];
            };
            /** Format: int32 */
            blocks: number;
            /** @description Days with events, the oldest first */
            days: {
                /** @description Events by family */
                counts: {
                    [key: string]: number;
                };
                /** Format: date */
                day: string;
            }[];
            /** @description All families of the catalogue */
            families: string[];
            journal: {
                /** Format: int64 */
                bytes: number;
                /**
                 * Format: int64
                 * @description Events lost to overload since the start, all of little weight unless the log says otherwise
                 */
                dropped: number;
                /** @description The journal can't be written at present */
                failing: boolean;
                /** Format: int64 */
                records: number;
            };
            /** @description The newest result of each kind of report */
            scores: {
                /** Format: date-time */
                at: string;
                /**
                 * @example audit
                 * @example check_pre
                 * @example check_post
                 */
                kind: string;
                /** Format: int32 */
                score: number;
            }[];
        };
        SendMessage: {
            account?: components["schemas"]["AccountIdText"];
            attachments?: components["schemas"]["OutgoingFile"][];
            bcc?: components["schemas"]["Recipients"];
            cc?: components["schemas"]["Recipients"];
            html?: string;
            identity?: components["schemas"]["IdentityIdText"];
            in_reply_to?: components["schemas"]["MessageIdText"];
            reply_to?: components["schemas"]["Recipient"][];
            /**
             * Format: date-time
             * @description Not before this time; at most a year ahead
             */
            send_at?: string;
            /** @example Hello */
            subject?: string;
            template?: components["schemas"]["TemplateIdText"];
            /** @example Good morning! */
            text?: string;
            to: components["schemas"]["Recipient"][];
        };
        Server: {
            host: string;
            login: string;
            /** Format: int32 */
            port: number;
            /** @enum {string} */
            security: "tls" | "starttls" | "none";
        };
        ServerTest: {
            code?: string;
            detail?: string;
            ok: boolean;
        };
        Session: {
            address: string;
            client: string;
            /** Format: date-time */
            created_at: string;
            current: boolean;
            /** Format: date-time */
            expires_at: string;
            id: string;
            /** Format: date-time */
            last_used_at: string;
        };
        SetUp: {
            client?: components["schemas"]["ClientKind"];
            display_name?: string;
            login: components["schemas"]["Login"];
            password: components["schemas"]["NewPassword"];
            token: string;
        };
        /** @enum {string} */
        Severity: "info" | "notice" | "warning" | "error" | "critical";
        SignedImages: {
            /** @description The path to load for each address */
            images: {
                [key: string]: string;
            };
        };
        SignIn: {
            access_token: string;
            /**
             * Format: int32
             * @description Seconds
             */
            expires_in: number;
            /** @description Not with client web */
            refresh_token?: string;
            /** @enum {string} */
            token_type: "Bearer";
            user: {
                display_name: string;
                id: components["schemas"]["UserIdText"];
                login: string;
                role: components["schemas"]["Role"];
                /** @description A second factor is required (DHII_REQUIRE_SECOND_FACTOR) and not set up yet: all else answers auth.factor_required */
                second_factor_missing?: boolean;
            };
        };
        SilenceAlert: {
            /** Format: int32 */
            minutes: number;
        };
        Status: {
            /** @enum {string} */
            status: "ok" | "ready";
        };
        StepUp: {
            code?: components["schemas"]["OneTimeCode"];
            /** @enum {string} */
            method: "password" | "totp" | "passkey" | "recovery_code";
            passkey?: components["schemas"]["PasskeyAssertion"];
            password?: components["schemas"]["Password"];
        };
        StepUpOptions: {
            methods: ("password" | "totp" | "passkey" | "recovery_code")[];
            public_key?: components["schemas"]["PasskeyRequestOptions"];
        };
        Tasks: {
            /** Format: int32 */
            overdue: number;
            tasks: {
                /** @description The program closes it when it finds nothing wrong */
                automatic: boolean;
                /** Format: date-time */
                done_at: string | null;
                done_by: string | null;
                /** Format: date-time */
                due_at: string;
                /** @enum {string} */
                every: "daily" | "weekly" | "monthly" | "quarterly";
                id: string;
                note: string | null;
                overdue: boolean;
                /** @description What the program does */
                program: string;
                title: string;
                /** @description What a person confirms, or what the program does */
                why: string;
            }[];
        };
        Template: {
            /** Format: date-time */
            created_at: string;
            html: string;
            id: components["schemas"]["TemplateIdText"];
            name: string;
            subject: string;
            text: string;
            /** Format: date-time */
            updated_at: string;
        };
        TemplateIdText: string;
        TemplateList: {
            templates: components["schemas"]["Template"][];
        };
        TemplatePatch: {
            html?: string;
            name?: string;
            subject?: string;
            text?: string;
        };
        Thread: {
            account: components["schemas"]["AccountIdText"];
            id: components["schemas"]["ThreadIdText"];
            messages: components["schemas"]["MessageSummary"][];
        };
        ThreadIdText: string;
        TotpConfirm: {
            code: components["schemas"]["OneTimeCode"];
        };
        TotpEnrolment: {
            /**
             * Format: int32
             * @description Seconds to confirm it
             */
            expires_in: number;
            /** @description Base 32 */
            secret: string;
            /** @description otpauth://, for a QR code */
            uri: string;
        };
        User: {
            /** Format: date-time */
            created_at: string;
            /**
             * Format: date-time
             * @description When a planned deletion becomes final
             */
            deletion_at?: string | null;
            disabled: boolean;
            display_name: string;
            id: components["schemas"]["UserIdText"];
            login: string;
            role: components["schemas"]["Role"];
            /** @description Of the signed-in user (`getMe`): a second factor is required (DHII_REQUIRE_SECOND_FACTOR) and not set up yet: all else answers auth.factor_required */
            second_factor_missing?: boolean;
        };
        UserIdText: string;
        UserPatch: {
            disabled?: boolean;
            display_name?: string;
            role?: components["schemas"]["Role"];
        };
        Webhook: {
            active: boolean;
            /** Format: date-time */
            created_at: string;
            events: components["schemas"]["WebhookEvents"];
            /**
             * Format: int32
             * @description Deliveries given up in a row
             */
            failures: number;
            id: components["schemas"]["WebhookIdText"];
            /** Format: date-time */
            updated_at: string;
            url: string;
        };
        WebhookEvents: ("message.received" | "message.sent" | "message.failed")[];
        WebhookIdText: string;
        WebhookList: {
            webhooks: components["schemas"]["Webhook"][];
        };
        WebhookPatch: {
            active?: boolean;
            events?: components["schemas"]["WebhookEvents"];
            /** Format: uri */
            url?: string;
        };
        WebhookTest: {
            delivered: boolean;
            error?: string;
            /**
             * Format: int32
             * @description What the receiver answered; left out when it did not
             */
            status?: number;
        };
        WebhookWithSecret: {
            active: boolean;
            /** Format: date-time */
            created_at: string;
            events: components["schemas"]["WebhookEvents"];
            /** Format: int32 */
            failures: number;
            id: components["schemas"]["WebhookIdText"];
            /** @description Shown only now */
            secret: string;
            /** Format: date-time */
            updated_at: string;
            url: string;
        };
    };
    responses: {
        /** @description Some fields are not right; see errors */
        BadFields: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The request is malformed */
        BadRequest: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The server has too much to do; come back after Retry-After */
        Busy: {
            headers: {
                /** @description Seconds */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description It is not in a state for this, or something else has the name */
        Conflict: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The role does not permit this, or another site's page asked */
        Forbidden: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description A fault in dhii-mail; the log knows more under the request id */
        Internal: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description There is no such thing, or it is somebody else's */
        NotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Not changed since the ETag in If-None-Match */
        NotModified: {
            headers: {
                [name: string]: unknown;
            };
            content?: never;
        };
        /** @description It has changed since the ETag in If-Match; read it again */
        PreconditionFailed: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Something went wrong */
        Problem: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is too large; it was not read */
        TooLarge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Too many requests from here; come back after Retry-After */
        TooManyRequests: {
            headers: {
                /** @description Seconds */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Sign in, or refresh the access token */
        Unauthorized: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body has another media type than this address takes */
        WrongMediaType: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: {
        /** @description A mail account of the signed-in user */
        AccountId: components["schemas"]["AccountIdText"];
        /** @description Only this account; left out: the first one, or all where that is said */
        AccountQuery: components["schemas"]["AccountIdText"];
        /** @description Only alerts in this state */
        AlertState: components["schemas"]["AlertStateName"];
        /** @description An API key of the signed-in user */
        ApiKeyId: string;
        /** @description An app password of the signed-in user */
        AppPasswordId: string;
        /** @description A blob */
        BlobId: string;
        /** @description Whether the stream ends after the first state */
        CloseAfter: "no" | "state";
        /** @description The `next_cursor` of the page before */
        Cursor: string;
        /** @description 1 asks for account and outbox events too */
        Dhii: "0" | "1";
        /** @description The login as it was given, known or not */
        EventActor: string;
        /** @description Of the client */
        EventAddress: string;
        /** @description Kinds or families, up to eight, separated by commas */
        EventKinds: string;
        /** @description At least */
        EventSeverity: components["schemas"]["Severity"];
        /** @description Not before */
        EventSince: string;
        /** @description Before */
        EventUntil: string;
        /** @description A user of this server */
        EventUser: string;
        /** @description Words that the sentence, kind, actor, address, object, detail or request id contains, all of them, in any order and case. 20,000 events are looked through for a page: one with few or none and a `next_cursor` says to go on */
        EventWords: string;
        /** @description An export of the signed-in user */
        ExportId: string;
        /** @description Which of the files from 1 */
        ExportPart: number;
        /** @description What the saved file is to be called */
        FileName: string;
        /** @description true: only flagged ones; false: only others */
        Flagged: boolean;
        /** @description Of your making, new for each message; a UUID does */
        IdempotencyKey: string;
        /** @description An identity of the signed-in user */
        IdentityId: components["schemas"]["IdentityIdText"];
        /** @description Only if it still has this ETag; otherwise 412 */
        IfMatch: string;
        /** @description An invitation */
        InvitationId: string;
        /** @description A mail account of the signed-in user */
        JmapAccountId: components["schemas"]["AccountIdText"];
        /** @description A mailbox of the signed-in user */
        MailboxId: components["schemas"]["MailboxIdText"];
        /** @description Only messages in this mailbox */
        MailboxQuery: components["schemas"]["MailboxIdText"];
        /** @description The media type to answer with */
        MediaType: string;
        /** @description A message of the signed-in user */
        MessageId: components["schemas"]["MessageIdText"];
        /** @description An item of the outbox */
        OutboxId: components["schemas"]["OutboxIdText"];
        /** @description How many at most */
        PageSize: number;
        /** @description The `part` of an element of `attachments` */
        PartId: string;
        /** @description A passkey of the signed-in user */
        PasskeyId: string;
        /** @description true: not into the trash */
        Permanently: boolean;
        /** @description Seconds of silence before a ping; kept within 15 and 300 */
        Ping: number;
        /** @description true: messages that are in no other mailbox go with it */
        RemoveMessages: boolean;
        /** @description What to look for */
        SearchText: string;
        /** @description The `next_cursor` of the page before */
        SecurityCursor: string;
        /** @description An event, alert or block */
        SecurityRecordId: string;
        /** @description A session of the signed-in user */
        SessionId: string;
        /** @description How many days back */
        SummaryDays: number;
        /** @description A template of the signed-in user */
        TemplateId: components["schemas"]["TemplateIdText"];
        /** @description A conversation of the signed-in user */
        ThreadId: components["schemas"]["ThreadIdText"];
        /** @description Only messages of this conversation */
        ThreadQuery: components["schemas"]["ThreadIdText"];
        /** @description Type names separated by commas or '*' */
        Types: string;
        /** @description true: only unread ones; false: only read ones */
        Unread: boolean;
        /** @description A user */
        UserId: components["schemas"]["UserIdText"];
        /** @description A webhook of the signed-in user */
        WebhookId: components["schemas"]["WebhookIdText"];
    };
    requestBodies: never;
    headers: {
        /** @description The origin that asked, when the administrator has declared it (DHII_CORS_ORIGINS) */
        "Access-Control-Allow-Origin": string;
        /** @description Changes with the resource; for If-Match and If-None-Match */
        ETag: string;
        /** @description Where it is */
        Location: string;
        /** @description What is left of the limit (draft-ietf-httpapi-ratelimit-headers): "api";r=20;t=0 */
        RateLimit: string;
        /** @description The limit: "api";q=21;w=2 */
        "RateLimit-Policy": string;
        /** @description Finds the log line */
        "X-Request-Id": string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getJmapSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Session */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    getSecurityTxt: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Contacts */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    getContractJson: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OpenAPI 3.1 */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    getContractYaml: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OpenAPI 3.1 */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/yaml": string;
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    listAccounts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accounts with their state and progress */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        accounts: components["schemas"]["Account"][];
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    createAccount: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccountForm"];
            };
        };
        responses: {
            /** @description Connected */
            201: {
                headers: {
                    /** @description The account */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description This address is connected already */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    getAccount: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A mail account of the signed-in user */
                id: components["parameters"]["AccountId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The account */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    removeAccount: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A mail account of the signed-in user */
                id: components["parameters"]["AccountId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    changeAccount: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A mail account of the signed-in user */
                id: components["parameters"]["AccountId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccountPatch"];
            };
        };
        responses: {
            /** @description Changed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    pauseAccount: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A mail account of the signed-in user */
                id: components["parameters"]["AccountId"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Empty"];
            };
        };
        responses: {
            /** @description Paused */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    resumeAccount: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A mail account of the signed-in user */
                id: components["parameters"]["AccountId"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Empty"];
            };
        };
        responses: {
            /** @description Resumed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    syncAccount: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A mail account of the signed-in user */
                id: components["parameters"]["AccountId"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Empty"];
            };
        };
        responses: {
            /** @description Started */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Empty"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            /** @description A local account has no server */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    discoverAccount: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Discover"];
            };
        };
        responses: {
            /** @description Candidates, best first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        candidates: components["schemas"]["Candidate"][];
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    createSampleAccount: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Empty"];
            };
        };
        responses: {
            /** @description Added */
            201: {
                headers: {
                    /** @description The account */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    testAccount: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccountForm"];
            };
        };
        responses: {
            /** @description What happened */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountTest"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    listApiKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Those that are not revoked, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        api_keys: components["schemas"]["ApiKey"][];
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    createApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewApiKey"];
            };
        };
        responses: {
            /** @description Made; the key is shown only now */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MadeApiKey"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description There are 50 already */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    getApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description An API key of the signed-in user */
                id: components["parameters"]["ApiKeyId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key without its secret; a revoked one for 90 days */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    revokeApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description An API key of the signed-in user */
                id: components["parameters"]["ApiKeyId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revoked at once; its event streams are closed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    updateApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description An API key of the signed-in user */
                id: components["parameters"]["ApiKeyId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApiKeyPatch"];
            };
        };
        responses: {
            /** @description Changed, at once */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    listApiKeyUses: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description An API key of the signed-in user */
                id: components["parameters"]["ApiKeyId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One row for each address, route and status; the newest first; at most 500 */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        uses: components["schemas"]["KeyUse"][];
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    listAppPasswords: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Those that are not revoked, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        app_passwords: components["schemas"]["AppPassword"][];
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    createAppPassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewAppPassword"];
            };
        };
        responses: {
            /** @description Made; the password is shown only now */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MadeAppPassword"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description There are 50 already */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    revokeAppPassword: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description An app password of the signed-in user */
                id: components["parameters"]["AppPasswordId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revoked at once; its event streams are closed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    getFactors: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Factors */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Factors"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    logIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LogIn"];
            };
        };
        responses: {
            /** @description Signed in, or the second factor that is wanted (`giveSecondFactor`) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignIn"] | components["schemas"]["SecondFactorWanted"];
                };
            };
            400: components["responses"]["BadRequest"];
            /** @description Login and password do not match */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: components["responses"]["Forbidden"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    logOut: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Refresh"];
            };
        };
        responses: {
            /** @description The session has ended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    getMe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    signInWithPasskey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasskeySignIn"];
            };
        };
        responses: {
            /** @description Signed in */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignIn"];
                };
            };
            400: components["responses"]["BadRequest"];
            /** @description The passkey was refused */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: components["responses"]["Forbidden"];
            /** @description Passkeys need a host name */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    getPasskeyOptions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasskeyOptionsRequest"];
            };
        };
        responses: {
            /** @description Options of navigator.credentials.get */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyRequest"];
                };
            };
            400: components["responses"]["BadRequest"];
            /** @description The challenge is gone */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            /** @description Passkeys need a host name; open http://localhost or set DHII_PUBLIC_URL */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    listPasskeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Passkeys */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        passkeys: components["schemas"]["Passkey"][];
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    addPasskey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPasskey"];
            };
        };
        responses: {
            /** @description Registered */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FactorAdded"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description It is registered already, there are 20, or passkeys need a host name */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    removePasskey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A passkey of the signed-in user */
                id: components["parameters"]["PasskeyId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; for programs, whose refresh token has changed too */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Renewed"];
                };
            };
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    renamePasskey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A passkey of the signed-in user */
                id: components["parameters"]["PasskeyId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasskeyName"];
            };
        };
        responses: {
            /** @description Renamed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    getNewPasskeyOptions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Options of navigator.credentials.create */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyCreation"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description Passkeys need a host name; open http://localhost or set DHII_PUBLIC_URL */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    changePassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangePassword"];
            };
        };
        responses: {
            /** @description Changed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasswordChanged"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    askPasswordReset: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AskReset"];
            };
        };
        responses: {
            /** @description Asked; the answer is the same whoever is asked for */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResetAsked"];
                };
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    confirmPasswordReset: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConfirmReset"];
            };
        };
        responses: {
            /** @description Changed, and what ended with the old password */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasswordReset"];
                };
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    checkPassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordToCheck"];
            };
        };
        responses: {
            /** @description The estimate */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasswordStrength"];
                };
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    countRecoveryCodes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Count */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: int32 */
                        left: number;
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    makeRecoveryCodes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The codes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecoveryCodes"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    refresh: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Refresh"];
            };
        };
        responses: {
            /** @description New tokens */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignIn"];
                };
            };
            400: components["responses"]["BadRequest"];
            /** @description The session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: components["responses"]["Forbidden"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    register: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Register"];
            };
        };
        responses: {
            /** @description Signed in */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignIn"];
                };
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            /** @description The login is taken */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    giveSecondFactor: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SecondFactor"];
            };
        };
        responses: {
            /** @description Signed in */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignIn"];
                };
            };
            400: components["responses"]["BadRequest"];
            /** @description The factor was refused, or the challenge is gone */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: components["responses"]["Forbidden"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    listSessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Sessions */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        sessions: components["schemas"]["Session"][];
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    endOtherSessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description They have ended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    endSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A session of the signed-in user */
                id: components["parameters"]["SessionId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session has ended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    stepUp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StepUp"];
            };
        };
        responses: {
            /** @description Confirmed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date-time */
                        valid_until: string;
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    getStepUpOptions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Methods */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StepUpOptions"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    startTotp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The secret, and the URI for the QR code */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TotpEnrolment"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    removeTotp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; for programs, whose refresh token has changed too */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Renewed"];
                };
            };
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    confirmTotp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TotpConfirm"];
            };
        };
        responses: {
            /** @description Active */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FactorAdded"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description Nothing to confirm, or too late */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    listIdentities: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The addresses to write under */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IdentityList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    createIdentity: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewIdentity"];
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Identity"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    getIdentity: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description An identity of the signed-in user */
                id: components["parameters"]["IdentityId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One identity */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Identity"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    removeIdentity: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if it still has this ETag; otherwise 412 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description An identity of the signed-in user */
                id: components["parameters"]["IdentityId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    changeIdentity: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if it still has this ETag; otherwise 412 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description An identity of the signed-in user */
                id: components["parameters"]["IdentityId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["IdentityPatch"];
            };
        };
        responses: {
            /** @description Changed */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Identity"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    signImages: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ImagesToSign"];
            };
        };
        responses: {
            /** @description Address -> path */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedImages"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    listMailboxes: {
        parameters: {
            query?: {
                /** @description Only this account; left out: the first one, or all where that is said */
                account?: components["parameters"]["AccountQuery"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Mailboxes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MailboxList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    createMailbox: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewMailbox"];
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Mailbox"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    getMailbox: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A mailbox of the signed-in user */
                id: components["parameters"]["MailboxId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The mailbox */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Mailbox"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    removeMailbox: {
        parameters: {
            query?: {
                /** @description true: messages that are in no other mailbox go with it */
                remove_messages?: components["parameters"]["RemoveMessages"];
            };
            header?: {
                /** @description Only if it still has this ETag; otherwise 412 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description A mailbox of the signed-in user */
                id: components["parameters"]["MailboxId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    changeMailbox: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if it still has this ETag; otherwise 412 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description A mailbox of the signed-in user */
                id: components["parameters"]["MailboxId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MailboxPatch"];
            };
        };
        responses: {
            /** @description Changed */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Mailbox"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    getOwnAccount: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    deleteOwnAccount: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All sessions have ended; the mail is erased at deletion_at */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description Planned already, or the last administrator */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    updateOwnAccount: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MePatch"];
            };
        };
        responses: {
            /** @description Changed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    listExports: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        exports: components["schemas"]["Export"][];
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    startExport: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Empty"];
            };
        };
        responses: {
            /** @description Begun; its state says when it is ready */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Export"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description One is being made, or three are there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    getExport: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description An export of the signed-in user */
                id: components["parameters"]["ExportId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its state */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Export"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    deleteExport: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description An export of the signed-in user */
                id: components["parameters"]["ExportId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            /** @description It is being made */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    getExportFile: {
        parameters: {
            query?: {
                /** @description Which of the files from 1 */
                part?: components["parameters"]["ExportPart"];
            };
            header?: never;
            path: {
                /** @description An export of the signed-in user */
                id: components["parameters"]["ExportId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A tar file */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-tar": string;
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            /** @description Not ready */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    restoreOwnAccount: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Empty"];
            };
        };
        responses: {
            /** @description As before */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description None is planned */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    listMessages: {
        parameters: {
            query?: {
                /** @description Only this account; left out: the first one, or all where that is said */
                account?: components["parameters"]["AccountQuery"];
                /** @description The `next_cursor` of the page before */
                cursor?: components["parameters"]["Cursor"];
                /** @description true: only flagged ones; false: only others */
                flagged?: components["parameters"]["Flagged"];
                /** @description How many at most */
                limit?: components["parameters"]["PageSize"];
                /** @description Only messages in this mailbox */
                mailbox?: components["parameters"]["MailboxQuery"];
                /** @description What to look for */
                q?: components["parameters"]["SearchText"];
                /** @description Only messages of this conversation */
                thread?: components["parameters"]["ThreadQuery"];
                /** @description true: only unread ones; false: only read ones */
                unread?: components["parameters"]["Unread"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of messages */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessageList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    getMessage: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A message of the signed-in user */
                id: components["parameters"]["MessageId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The message */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    removeMessage: {
        parameters: {
            query?: {
                /** @description true: not into the trash */
                permanently?: components["parameters"]["Permanently"];
            };
            header?: {
                /** @description Only if it still has this ETag; otherwise 412 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description A message of the signed-in user */
                id: components["parameters"]["MessageId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    changeMessage: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if it still has this ETag; otherwise 412 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description A message of the signed-in user */
                id: components["parameters"]["MessageId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MessagePatch"];
            };
        };
        responses: {
            /** @description Changed */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    getAttachment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A message of the signed-in user */
                id: components["parameters"]["MessageId"];
                /** @description The `part` of an element of `attachments` */
                part: components["parameters"]["PartId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The content */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "*/*": string;
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    moveMessage: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if it still has this ETag; otherwise 412 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description A message of the signed-in user */
                id: components["parameters"]["MessageId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Move"];
            };
        };
        responses: {
            /** @description Moved */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    getRawMessage: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A message of the signed-in user */
                id: components["parameters"]["MessageId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The bytes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    sendMessage: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of your making, new for each message; a UUID does */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SendMessage"];
            };
        };
        responses: {
            /** @description In the outbox */
            201: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OutboxItem"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    listOutbox: {
        parameters: {
            query?: {
                /** @description Only this account; left out: the first one, or all where that is said */
                account?: components["parameters"]["AccountQuery"];
                /** @description The `next_cursor` of the page before */
                cursor?: components["parameters"]["Cursor"];
                /** @description How many at most */
                limit?: components["parameters"]["PageSize"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the outbox */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outbox"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    getOutboxItem: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description An item of the outbox */
                id: components["parameters"]["OutboxId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What became of it */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OutboxItem"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    cancelOutboxItem: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if it still has this ETag; otherwise 412 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description An item of the outbox */
                id: components["parameters"]["OutboxId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Taken back */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    retryOutboxItem: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if it still has this ETag; otherwise 412 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description An item of the outbox */
                id: components["parameters"]["OutboxId"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Retry"];
            };
        };
        responses: {
            /** @description Waits again */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OutboxItem"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    listSecurityAlerts: {
        parameters: {
            query?: {
                /** @description The `next_cursor` of the page before */
                cursor?: components["parameters"]["SecurityCursor"];
                /** @description How many at most */
                limit?: components["parameters"]["PageSize"];
                /** @description Only alerts in this state */
                state?: components["parameters"]["AlertState"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of alerts */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecurityAlertList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    getSecurityAlert: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description An event, alert or block */
                id: components["parameters"]["SecurityRecordId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The alert */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecurityAlert"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    acknowledgeSecurityAlert: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description An event, alert or block */
                id: components["parameters"]["SecurityRecordId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Empty"];
            };
        };
        responses: {
            /** @description The alert */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecurityAlert"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    silenceSecurityAlert: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description An event, alert or block */
                id: components["parameters"]["SecurityRecordId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SilenceAlert"];
            };
        };
        responses: {
            /** @description The alert */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecurityAlert"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    getAudit: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditReport"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    getBackups: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Backups */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        backups: {
                            /** Format: date-time */
                            at: string;
                            complete: boolean;
                            /** Format: int64 */
                            emails: number;
                            name: string;
                            /** Format: int64 */
                            size: number;
                            /** Format: int64 */
                            users: number;
                        }[];
                        configured: boolean;
                        /** Format: int32 */
                        interval_hours: number;
                        /** Format: int32 */
                        keep: number;
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    listAddressBlocks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Blocks */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AddressBlockList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    blockAddress: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewAddressBlock"];
            };
        };
        responses: {
            /** @description Blocked */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AddressBlock"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    unblockAddress: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description An event, alert or block */
                id: components["parameters"]["SecurityRecordId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Unblocked */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    getChecks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The last results */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        reports: components["schemas"]["CheckReport"][];
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    runChecks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    kind?: "pre";
                };
            };
        };
        responses: {
            /** @description What was found */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckReport"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    getCanary: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The targets; none when no test event was sent since the server started */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CanaryReport"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            415: components["responses"]["WrongMediaType"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    sendCanary: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Stands in the event, so that it can be found again */
                    code: string;
                };
            };
        };
        responses: {
            /** @description Sent */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    listSecurityEvents: {
        parameters: {
            query?: {
                /** @description The login as it was given, known or not */
                actor?: components["parameters"]["EventActor"];
                /** @description Of the client */
                address?: components["parameters"]["EventAddress"];
                /** @description The `next_cursor` of the page before */
                cursor?: components["parameters"]["SecurityCursor"];
                /** @description Kinds or families, up to eight, separated by commas */
                kind?: components["parameters"]["EventKinds"];
                /** @description How many at most */
                limit?: components["parameters"]["PageSize"];
                /** @description Words that the sentence, kind, actor, address, object, detail or request id contains, all of them, in any order and case. 20,000 events are looked through for a page: one with few or none and a `next_cursor` says to go on */
                q?: components["parameters"]["EventWords"];
                /** @description At least */
                severity?: components["parameters"]["EventSeverity"];
                /** @description Not before */
                since?: components["parameters"]["EventSince"];
                /** @description Before */
                until?: components["parameters"]["EventUntil"];
                /** @description A user of this server */
                user?: components["parameters"]["EventUser"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of events */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecurityEventList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    getSecurityEvent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description An event, alert or block */
                id: components["parameters"]["SecurityRecordId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The event */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecurityEvent"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    listSecurityEventKinds: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All kinds, by family */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecurityEventKindList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    getSecuritySummary: {
        parameters: {
            query?: {
                /** @description How many days back */
                days?: components["parameters"]["SummaryDays"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The summary */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecuritySummary"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    getTasks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All tasks */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tasks"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    confirmTask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example monthly.users */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description What was looked at and found */
                    note?: string;
                };
            };
        };
        responses: {
            /** @description All tasks, as they are now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tasks"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    getSetup: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Whether the set-up link is still needed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        needed: boolean;
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    setUp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetUp"];
            };
        };
        responses: {
            /** @description Signed in */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignIn"];
                };
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            /** @description There is a user already */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    listTemplates: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Texts to send again and again */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TemplateList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    createTemplate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewTemplate"];
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Template"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    getTemplate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A template of the signed-in user */
                id: components["parameters"]["TemplateId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One template */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Template"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    removeTemplate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if it still has this ETag; otherwise 412 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description A template of the signed-in user */
                id: components["parameters"]["TemplateId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    changeTemplate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if it still has this ETag; otherwise 412 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description A template of the signed-in user */
                id: components["parameters"]["TemplateId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TemplatePatch"];
            };
        };
        responses: {
            /** @description Changed */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Template"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    getThread: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A conversation of the signed-in user */
                id: components["parameters"]["ThreadId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The conversation */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Thread"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    listUsers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Users */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        users: components["schemas"]["User"][];
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    getUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A user */
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    deleteUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A user */
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Disabled; the mail is erased at deletion_at */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            /** @description Planned already, or the last administrator */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    updateUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A user */
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserPatch"];
            };
        };
        responses: {
            /** @description Changed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            /** @description The last administrator, or a user whose deletion is planned */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    removeFactorsOfUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A user */
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    makeResetLink: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A user */
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Empty"];
            };
        };
        responses: {
            /** @description The link; shown only now, works once, for a day */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResetLink"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            /** @description The user is disabled */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    restoreUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A user */
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Empty"];
            };
        };
        responses: {
            /** @description As before */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            /** @description None is planned, or the mail is erased already */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    endSessionsOfUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A user */
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    listInvitations: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Without their tokens */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        invitations: components["schemas"]["OpenInvitation"][];
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    invite: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Invite"];
            };
        };
        responses: {
            /** @description The invitation; its link is shown only now */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invitation"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    revokeInvitation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description An invitation */
                id: components["parameters"]["InvitationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its link works no more */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    getVersion: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Version */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        name: string;
                        version: string;
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    listWebhooks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Webhooks */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    createWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewWebhook"];
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookWithSecret"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    getWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A webhook of the signed-in user */
                id: components["parameters"]["WebhookId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The webhook */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    removeWebhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if it still has this ETag; otherwise 412 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description A webhook of the signed-in user */
                id: components["parameters"]["WebhookId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            412: components["responses"]["PreconditionFailed"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    changeWebhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if it still has this ETag; otherwise 412 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description A webhook of the signed-in user */
                id: components["parameters"]["WebhookId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhookPatch"];
            };
        };
        responses: {
            /** @description Changed */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    listDeliveries: {
        parameters: {
            query?: {
                /** @description The `next_cursor` of the page before */
                cursor?: components["parameters"]["Cursor"];
                /** @description How many at most */
                limit?: components["parameters"]["PageSize"];
            };
            header?: never;
            path: {
                /** @description A webhook of the signed-in user */
                id: components["parameters"]["WebhookId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of deliveries */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    renewWebhookSecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A webhook of the signed-in user */
                id: components["parameters"]["WebhookId"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Empty"];
            };
        };
        responses: {
            /** @description The webhook with its new secret */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookWithSecret"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    testWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A webhook of the signed-in user */
                id: components["parameters"]["WebhookId"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Empty"];
            };
        };
        responses: {
            /** @description What happened */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookTest"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    getDocs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    getDocsStyle: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The style */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/css": string;
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    showFrame: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": components["schemas"]["Frame"];
            };
        };
        responses: {
            /** @description The same HTML */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            400: components["responses"]["BadRequest"];
            /** @description The token was refused */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: components["responses"]["Forbidden"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    getHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Alive */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Status"];
                };
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    getImage: {
        parameters: {
            query: {
                /** @description Unix time at which the signature ends */
                e: string;
                /** @description The signature */
                s: string;
                /** @description The signed address */
                u: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The image */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/avif": string;
                    "image/gif": string;
                    "image/jpeg": string;
                    "image/png": string;
                    "image/webp": string;
                };
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    callJmap: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    createdIds?: {
                        [key: string]: string;
                    };
                    methodCalls: unknown[][];
                    using: string[];
                };
            };
        };
        responses: {
            /** @description Method responses */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    downloadBlob: {
        parameters: {
            query?: {
                /** @description The media type to answer with */
                type?: components["parameters"]["MediaType"];
            };
            header?: never;
            path: {
                /** @description A mail account of the signed-in user */
                accountId: components["parameters"]["JmapAccountId"];
                /** @description A blob */
                blobId: components["parameters"]["BlobId"];
                /** @description What the saved file is to be called */
                name: components["parameters"]["FileName"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The content */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "*/*": string;
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    listenToEvents: {
        parameters: {
            query?: {
                /** @description Whether the stream ends after the first state */
                closeafter?: components["parameters"]["CloseAfter"];
                /** @description 1 asks for account and outbox events too */
                dhii?: components["parameters"]["Dhii"];
                /** @description Seconds of silence before a ping; kept within 15 and 300 */
                ping?: components["parameters"]["Ping"];
                /** @description Type names separated by commas or '*' */
                types?: components["parameters"]["Types"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    uploadBlob: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A mail account of the signed-in user */
                accountId: components["parameters"]["JmapAccountId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "*/*": string;
            };
        };
        responses: {
            /** @description The blob */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Blob"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongMediaType"];
            422: components["responses"]["BadFields"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
    getReadiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ready */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Status"];
                };
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Busy"];
            default: components["responses"]["Problem"];
        };
    };
}
