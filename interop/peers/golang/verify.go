package main

import (
	"errors"
	"strings"

	"github.com/golang-jwt/jwt"
)

type AccessTokenClaims struct {
	jwt.RegisteredClaims
	ClientID string `json:"client_id"`
	Scope    string `json:"scope"`
	Bound    any    `json:"cnf"`
}

// findKey returns the public key of that kid, or an error.
func VerifyAccessToken(text, issuer, audience, algorithm string, findKey func(kid string) (any, error)) (*AccessTokenClaims, error) {
	claims := &AccessTokenClaims{}
	token, err := jwt.ParseWithClaims(text, claims, func(token *jwt.Token) (any, error) {
		kid, _ := token.Header["kid"].(string)
		return findKey(kid)
	}, jwt.WithValidMethods([]string{algorithm})) // never from the token's header
	if err != nil {
		return nil, err
	}
	// The library leaves these to its caller.
	typ, _ := token.Header["typ"].(string)
	isComplete := claims.ExpiresAt != nil && claims.IssuedAt != nil && claims.ID != "" &&
		claims.Subject != "" && claims.ClientID != ""
	switch {
	case !strings.EqualFold(typ, "at+jwt"):
		return nil, errors.New("not an access token")
	case !isComplete:
		return nil, errors.New("a claim is missing")
	case claims.Bound != nil:
		return nil, errors.New("bound to a key, and no proof of it was asked for")
	case claims.Issuer != issuer:
		return nil, errors.New("another issuer")
	}
	for _, meant := range claims.Audience {
		if meant == audience {
			return claims, nil
		}
	}
	return nil, errors.New("for another audience")
}
