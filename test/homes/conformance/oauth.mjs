// Signing in without a browser: the suites' authorization servers redirect at once, so following one redirect by hand
// is what a user would do in a window. The grants without a user are the SDK's own providers.

/** An OAuth provider that keeps everything in memory. `known` is a client registered beforehand, if there is one. */
export function createProvider(known) {
  let client = known;
  let tokens;
  let verifier;
  let answer;
  return {
    redirectUrl: "http://localhost:1/callback",
    clientMetadataUrl: "https://conformance-test.local/client-metadata.json",
    clientMetadata: {
      client_name: "conformance-client",
      redirect_uris: ["http://localhost:1/callback"],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      application_type: "native",
    },
    clientInformation: () => client,
    saveClientInformation: (information) => void (client = information),
    tokens: () => tokens,
    saveTokens: (granted) => void (tokens = granted),
    codeVerifier: () => verifier,
    saveCodeVerifier: (value) => void (verifier = value),
    async redirectToAuthorization(url) {
      const response = await fetch(url, { redirect: "manual" });
      answer = new URL(response.headers.get("location")).searchParams;
    },
    /** What the authorization server sent back, once: a second reading means nobody asked it again. */
    takeAnswer() {
      const taken = answer;
      answer = undefined;
      return taken;
    },
  };
}

/** Signs in with what an enterprise's identity provider says (SEP-990): its ID token becomes a grant, that a token. */
function createEnterpriseProvider(context) {
  const provider = createProvider({ client_id: context.client_id, client_secret: context.client_secret });
  let discovered;
  return {
    ...provider,
    redirectUrl: undefined,
    saveDiscoveryState: (state) => void (discovered = state),
    async prepareTokenRequest() {
      const response = await fetch(context.idp_token_endpoint, {
        method: "POST",
        body: new URLSearchParams({
          grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
          subject_token: context.idp_id_token,
          subject_token_type: "urn:ietf:params:oauth:token-type:id_token",
          requested_token_type: "urn:ietf:params:oauth:token-type:id-jag",
          audience: discovered.authorizationServerUrl,
          resource: discovered.resourceMetadata.resource,
          client_id: context.idp_client_id,
        }),
      });
      const { access_token: assertion } = await response.json();
      return new URLSearchParams({ grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion });
    },
  };
}

/** The provider a scenario is about; undefined where nobody has to sign in. */
export function providerFor(scenario, context, { ClientCredentialsProvider, PrivateKeyJwtProvider }) {
  const { client_id: clientId, client_secret: clientSecret } = context;
  switch (scenario) {
    case "auth/client-credentials-basic":
      return new ClientCredentialsProvider({ clientId, clientSecret });
    case "auth/client-credentials-jwt":
      return new PrivateKeyJwtProvider({
        clientId,
        privateKey: context.private_key_pem,
        algorithm: context.signing_algorithm ?? "ES256",
      });
    case "auth/pre-registration":
      return createProvider({ client_id: clientId, client_secret: clientSecret });
    case "auth/cross-app-access-complete-flow":
      return createEnterpriseProvider(context);
    default:
      return scenario.startsWith("auth/") ? createProvider() : undefined;
  }
}

/**
 * Makes `attempt(work)`, which does the work again each time it ends in a demand to sign in: as often, over all the
 * work together, as a patient user would.
 */
export function createAttempt({ provider, isDemand, finishAuth, patience = 3 }) {
  let signIns = 0;
  return async function attempt(work) {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        const answer = isDemand(error) ? provider?.takeAnswer?.() : undefined;
        if (answer === undefined || (signIns += 1) >= patience) throw error;
        await finishAuth(answer);
      }
    }
  };
}
