# PELM_CLIENT_ID and PELM_SECRET of the sandbox client
. data/sandbox-client.env

# 1. Before the page opens Connect
curl http://localhost:8080/auth/connect-token \
  -H "Pelm-Client-Id: $PELM_CLIENT_ID" -H "Pelm-Secret: $PELM_SECRET" \
  -d user_id=customer-1

# 2. With the code that onSuccess got, within 60 seconds
curl http://localhost:8080/auth/token \
  -H "Pelm-Client-Id: $PELM_CLIENT_ID" -H "Pelm-Secret: $PELM_SECRET" \
  -d code="$AUTHORIZATION_CODE"

# 3. With the access token, whenever you like
curl http://localhost:8080/accounts \
  -H "Pelm-Client-Id: $PELM_CLIENT_ID" -H "Pelm-Secret: $PELM_SECRET" \
  -H "Authorization: Bearer $ACCESS_TOKEN"
