// The words of coming in: sign-in with its second step, a forgotten password, and the confirmation of who one is.

export const signin_text = {
  passkey: 'Sign in with a passkey',
  or: 'or',
  forgot: 'Forgot your password?',
  passkeyNone: 'No passkey was used. Try again, or sign in with your password.',

  second: {
    title: 'One more step',
    lead: {
      totp: 'Type the code that your authenticator app shows for dhii-mail.',
      passkey: 'Use your passkey: a fingerprint, your face, a PIN or a security key.',
      recovery_code: 'Type one of the recovery codes that you stored. Each works once.',
      password: 'Type your password.',
    },
    code: 'Code',
    codeHint: 'Six digits; a new code every 30 seconds.',
    recoveryCode: 'Recovery code',
    submit: 'Go on',
    usePasskey: 'Use passkey',
    waiting: 'Waiting for your passkey…',
    other: {
      totp: 'Use an authenticator app',
      passkey: 'Use a passkey',
      recovery_code: 'Use a recovery code',
      password: 'Use your password',
    },
    startOver: 'Start over',
    wrong: {
      totp: 'That code is wrong or was used already. Wait for the next one and check that the clock of your phone is right.',
      passkey: 'The passkey was not accepted.',
      recovery_code: 'That recovery code is wrong or was used already.',
      password: 'That password is wrong.',
    },
    expired: 'That took too long, or there were too many wrong answers. Sign in again.',
  },

  required: {
    title: 'Add a second step',
    lead: 'This server asks for more than a password, so that a stolen one opens nothing. Add a passkey or an authenticator app; your mail comes right after.',
    done: 'Your account is protected by a second step now.',
    go: 'Go on',
  },

  stepUp: {
    title: 'Is it you?',
    lead: 'This is worth protecting, so please confirm who you are. It holds for ten minutes.',
    password: 'Password',
    submit: 'Confirm',
  },

  reset: {
    forgotTitle: 'Forgot your password?',
    forgotLead: 'If you sign in with a mail address, we send a link there. Your mail is kept.',
    login: 'Login',
    send: 'Send the link',
    sent: 'If there is such an account, a link is on its way. It works once, for half an hour.',
    noMail: 'This server can’t send such mail. Ask an administrator of it for a link.',
    sentHint: 'Nothing arrives? An administrator of this server can make a link for you.',
    title: 'Choose a new password',
    lead: 'All your devices are signed out, and API keys and app passwords end with the old password; sign in again with the new one.',
    keepKeys: 'Keep my API keys and app passwords',
    keepKeysHint: 'Only if nobody else knew the old password: they may have made some.',
    ended: (keys: number, passwords: number) => `Ended with the old password: ${keys} API ${keys === 1 ? 'key' : 'keys'} and ${passwords} app ${passwords === 1 ? 'password' : 'passwords'}.`,
    password: 'New password',
    submit: 'Set password',
    done: 'Your password is set. Sign in with it.',
    bad: 'This link is incomplete. Copy the whole link, or ask for a new one.',
    back: 'Back to sign in',
  },

  strength: {
    label: 'Strength',
    levels: ['Very weak', 'Weak', 'Fair', 'Strong', 'Very strong'],
    because: (clause: string) => `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`,
    tooShort: 'Use at least 12 characters.',
    hint: 'At least 12 characters. A few unrelated words work well.',
  },
} as const;
