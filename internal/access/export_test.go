package access

// CalmFor is how long the provider is not asked the same again.
const CalmFor = calmFor
