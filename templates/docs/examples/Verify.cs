using System;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

public static class Webhook
{
    /// <summary>Whether signature and time are in order; if not, answer 401. Read the JSON only then.</summary>
    public static bool Verify(string secret, string id, string timestamp, string signatures, byte[] body)
    {
        long seconds;
        bool read = long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out seconds);
        if (!read || id == "" || Math.Abs(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - seconds) > 300)
        {
            return false;
        }
        byte[] head = Encoding.UTF8.GetBytes(id + "." + timestamp + ".");
        byte[] signed = new byte[head.Length + body.Length];
        head.CopyTo(signed, 0);
        body.CopyTo(signed, head.Length);
        using (var hmac = new HMACSHA256(Convert.FromBase64String(secret.Substring("whsec_".Length))))
        {
            byte[] good = Encoding.UTF8.GetBytes("v1," + Convert.ToBase64String(hmac.ComputeHash(signed)));
            foreach (string given in signatures.Split(' '))
            {
                if (CryptographicOperations.FixedTimeEquals(good, Encoding.UTF8.GetBytes(given)))
                {
                    return true;
                }
            }
        }
        return false;
    }
}
