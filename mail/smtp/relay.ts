/** Where mails go and how the way there is protected; made by `parseSmtpUrl`. */
export interface Relay {
  readonly host: string;
  readonly port: number;
  /**
   * - implicit: TLS from the first byte (smtps);
   * - required: STARTTLS or nothing;
   * - opportunistic: STARTTLS when offered;
   * - off: never.
   */
  readonly tls: 'implicit' | 'required' | 'opportunistic' | 'off';
  /** Takes any certificate. For relays with a self-made one; whoever sits in between can then read and change. */
  readonly insecureTls: boolean;
  readonly login: Login | null;
  /** Sends the password over a connection without TLS to another machine. */
  readonly insecureAuth: boolean;
  /** The name to greet with; null: this machine's own, or its address when the name has no domain. */
  readonly name: string | null;
}

export interface Login {
  readonly user: string;
  /** The password; for xoauth2 the access token. */
  readonly secret: string;
  /** null: PLAIN, else LOGIN, as the relay offers. */
  readonly method: 'PLAIN' | 'LOGIN' | 'XOAUTH2' | null;
}
